"""What draws what incidents say; app.py joins it."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain import delay, delivery, foresight, ids, run, views
from bot.domain.period import PeriodKind


class Cards(Protocol):
    """Draws what is said about incidents; pure; filled by slack.screens.card."""

    def card(self, view: views.CardView) -> delivery.Body:
        """The card as it should stand now."""
        ...

    def attempt(self, view: views.CardView, tried: run.Attempt) -> delivery.Body:
        """The thread's line about one attempt that has ended."""
        ...

    def act(self, view: views.CardView, *, who: ids.UserId | None, what: str) -> delivery.Body:
        """The thread's line about what a person did: ``what`` completes their name."""
        ...

    def notice(self, kind: PeriodKind, *, language: str, status: run.Status) -> delivery.Body:
        """The neutral line in a client's channel, before the report is there, after, and where
        its run ended without one.
        """
        ...

    def elsewhere(self, what: delivery.Body, channel: ids.ChannelId, *, code: str) -> delivery.Body:
        """What could not be said in its own channel, for the operators; ``code`` is Slack's."""
        ...

    def late(self, view: delay.LateView) -> delivery.Body:
        """The operators' line about a report that is at risk or late, and once it came."""
        ...

    def many(self, found: Sequence[delay.LateView]) -> delivery.Body:
        """The same about many that came at risk together; for the ops channel only."""
        ...

    def ahead(self, view: foresight.AheadView) -> delivery.Body:
        """The card of what stops nothing yet, as it should stand now."""
        ...

    def outage(self, view: delay.OutageView) -> delivery.Body:
        """The card of an outage as it should stand now; for the ops channel only."""
        ...

    def outage_word(self, view: delay.OutageView, *, by: ids.UserId | None) -> delivery.Body:
        """Its thread's line: who asked for all of them again; nobody: that it is over."""
        ...

    def outage_again(self, view: delay.OutageView) -> delivery.Body:
        """Its thread's line: the cause is back."""
        ...
