"""How a client stands, as a sign and a word: the word always says what the sign does."""

from collections.abc import Mapping

from bot.domain import fresh, views
from bot.slack import moments

SIGNS: Mapping[views.Light, str] = {
    views.Light.RED: "🔴",
    views.Light.AMBER: "🟠",
    views.Light.GREEN: "🟢",
    views.Light.GREY: "⚪",
}
WORDS: Mapping[views.Light, str] = {
    views.Light.RED: "needs you",
    views.Light.AMBER: "waiting",
    views.Light.GREEN: "fine",
    views.Light.GREY: "paused or idle",
}
"""Of one client; ``4 need you`` is the one plural."""

HELD: Mapping[str, str] = {
    "outsiders": "held: people from outside were let into its channel",
    "unsure": "held: Slack does not say who can read its channel",
    "identity": "held: nobody has confirmed whose data its sources serve",
    "changed": "a rerun differs from what was sent, and waits for somebody to choose",
    "absurd": "held: its figures need a look before they are sent",
    "stale": "held: its data is not complete",
    "shown": "held: its post would show a credential",
    "paused": "ready, held by the pause",
}
"""Why a run waits for somebody, by its ``hold``."""


def held(hold: str) -> str:
    """Return why a run waits for somebody."""
    return HELD.get(hold, "held until somebody looks")


def waits(lag: fresh.Lag | None, *, label: str | None) -> str:
    """Return for what data a run waits, such as ``waits for BigQuery data of Sun 22 Nov (there to
    Sat 21 Nov)``; until when is its promise, which is told beside it.
    """
    if lag is None:
        return "waits for its data"
    there = moments.weekday(lag.data_to)
    return f"waits for {label or 'its'} data of {moments.weekday(lag.needs)} (there to {there})"


def count(light: views.Light, number: int) -> str:
    """Return such as ``3 fine`` or ``1 needs you``."""
    if light is views.Light.RED and number > 1:
        return f"{number} need you"
    return f"{number} {WORDS[light]}"
