"""An operator, who types and presses while the bot dies, and remembers what was accepted."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from bot.demo import stage
from bot.demo.slack.refusal import Impossible
from bot.slack import ids
from tests.chaos import state, world
from tests.scenario import many

_CARD = """
SELECT card.ts, incidents.id, incidents.version FROM incident_runs
JOIN incidents ON incidents.id = incident_runs.incident AND incidents.status = 'open'
JOIN deliveries AS card ON card.incident = incidents.id AND card.kind = 'card'
WHERE incident_runs.run = ? AND card.ts IS NOT NULL
"""
_OUTAGE = """
SELECT card.ts, outages.id, outages.version FROM incident_runs
JOIN incidents ON incidents.id = incident_runs.incident AND incidents.status = 'open'
JOIN outages ON outages.id = incidents.outage AND outages.status = 'open'
JOIN deliveries AS card ON card.key = 'outage:' || outages.id
WHERE incident_runs.run = ? AND card.ts IS NOT NULL
"""
_TRIED = "SELECT attempts, status FROM runs WHERE id = ?"


@dataclass(slots=True, kw_only=True)
class Asked:
    """What was asked, by command and client."""

    sent: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    accepted: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    presses: int = 0
    heeded: int = 0
    """Presses that were accepted, and whose run was then tried again."""
    ignored: list[str] = field(default_factory=list[str])
    """Runs whose press was accepted, of the card's current version, and came to nothing."""


class Operator:
    """Claire, who does not give up."""

    def __init__(self, on: world.World) -> None:
        self._on = on
        self.asked = Asked()
        self._pressed: dict[str, int] = {}

    async def command(self, what: str, client: str, words: str = "") -> bool:
        """Type a command once; True: it was acknowledged as done."""
        self.asked.sent[what, client] += 1
        text = f"/report {what} {client} {words}".strip()
        done = await self._on.slack.control.command(
            user=many.OPERATOR, channel=stage.OPS, text=text
        )
        self.asked.accepted[what, client] += done.acked
        return done.acked

    async def insist(self, what: str, client: str, words: str = "") -> None:
        """Type a command until it is acknowledged, whoever is killed meanwhile, and wait for it to
        be done: what is accepted, and too old when the bot is back, it hands back to its asker.
        """
        while not await self.command(what, client, words):  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # nobody is there, or nobody answered in three seconds
        await world.until(lambda: not state.accepted(self._on))

    def check(self) -> None:
        """See what came of the presses that were accepted, once nothing is under way."""
        for run_id, before in self._pressed.items():
            ((attempts, status),) = self._on.rows(_TRIED, run_id)
            if status == "failed" and int(attempts) == before:
                self.asked.ignored.append(run_id)
            else:
                self.asked.heeded += 1
        self._pressed.clear()

    async def retry(self, run_id: str) -> None:
        """Press Retry on the card of a failed run, as it stands in the channel; on the card of an
        outage where that stands for it.
        """
        for sql, action in ((_CARD, ids.RETRY), (_OUTAGE, ids.RETRY_ALL)):
            found = self._on.rows(sql, run_id)
            if found and run_id not in self._pressed:
                await self._press(run_id, found[0], action=action)
                return

    async def _press(self, run_id: str, card: tuple[str, ...], *, action: str) -> None:
        ts, about, version = card
        ((attempts, _),) = self._on.rows(_TRIED, run_id)
        with suppress(Impossible):  # the card is being edited: its button is an older one
            done = await self._on.slack.control.press(
                many.OPERATOR, ts, action=action, value=f"{about}:{version}"
            )
            self.asked.presses += 1
            if done.acked:
                self._pressed[run_id] = int(attempts)
