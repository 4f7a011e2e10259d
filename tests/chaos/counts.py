"""The judge: what was due against what stands in Slack, by Slack's own journal."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.demo.slack import shapes
from tests.chaos import people, world

_FIRES = "SELECT client, scheduled_for, status FROM runs WHERE trigger = 'scheduled'"
_JOINED = """
SELECT client, scheduled_for FROM runs AS fired
WHERE trigger = 'scheduled' AND status = 'cancelled' AND EXISTS (
  SELECT 1 FROM runs AS asked
  WHERE asked.client = fired.client AND asked.report = fired.report AND asked.status = 'succeeded'
    AND asked.period_start = fired.period_start AND asked.period_end = fired.period_end)
"""
"""Fires that met a run which somebody had asked for: that run made their report (Settled 1)."""
_FAILED = """
SELECT DISTINCT attempts.run FROM attempts JOIN runs ON runs.id = attempts.run
WHERE ended = 'failed' AND json_extract(failure, '$.code') IN ('file_missing', 'post_refused')
UNION SELECT run FROM attempts WHERE ended = 'failed' GROUP BY run HAVING count(*) > 1
UNION SELECT id FROM runs WHERE status = 'failed'
"""
_INCIDENTS = "SELECT run, incident FROM incident_runs"
_SHOWN = """
SELECT 'card:' || id, coalesce('outage:' || outage, '') FROM incidents
"""
_CARDS = """
SELECT ts, channel, bodies FROM deliveries WHERE kind = 'card'
"""
_ENDED = """
SELECT 'reply:' || incident_runs.incident || ':' || attempts.run || '.' || attempts.number,
  'card:' || incident_runs.incident
FROM attempts JOIN incident_runs ON incident_runs.run = attempts.run
"""
_COUNTED = {"report", "card", "outage", "reply"}
_AUDIT = "SELECT what, client, count(*) FROM audit WHERE via = 'command' GROUP BY what, client"
_ASKED = "SELECT client, count(*) FROM runs WHERE trigger = 'slack' GROUP BY client"
_OPEN = "SELECT run FROM attempts WHERE ended IS NULL"


@dataclass(slots=True, kw_only=True)
class Due:
    """What has fallen due, as the harness knows it, by (client, day)."""

    wanted: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    paused: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    slept: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Their day passed while the bot was down: they are missed, and that is said."""


@dataclass(slots=True, kw_only=True)
class Verdict:
    """The figures, and every single thing that is wrong, in words."""

    figures: dict[str, int]
    wrong: list[str]


def judge(on: world.World, due: Due, asked: people.Asked) -> Verdict:
    """Count; to be asked when nothing is under way."""
    posted = performed(on)
    reports = Counter(
        (key.split(":")[1], key.split(":")[4]) for key in posted.elements() if _is(key, "report")
    )
    wrong = [
        *_reports(on, due, reports),
        *(f"{key} was posted {times} times" for key, times in posted.items() if times > 1),
        *_alerts(on, posted),
        *_cards(on),
        *_missed(on),
        *_commands(on, asked),
        *(f"an attempt of {run} never ended" for (run,) in on.rows(_OPEN)),
    ]
    kinds = Counter(key.partition(":")[0] for key in posted.elements())
    figures = {
        "reports due": len(due.wanted),
        "posted": kinds["report"],
        "skipped in a pause": len(due.paused),
        "missed in an outage, and said": len(due.slept),
        "incidents": len({incident for _, incident in on.rows(_INCIDENTS)}),
        "cards posted": kinds["card"] + kinds["outage"],
        "replies posted": kinds["reply"],
        "other words posted": sum(times for kind, times in kinds.items() if kind not in _COUNTED),
        "commands accepted": asked.accepted.total(),
        "presses accepted": asked.heeded + len(asked.ignored),
        "lost": sum(" lost" in one for one in wrong),
        "doubled": sum(" times" in one for one in wrong),
        "other faults": sum(" lost" not in one and " times" not in one for one in wrong),
    }
    return Verdict(figures=figures, wrong=wrong)


def performed(on: world.World) -> Counter[str]:
    """How often Slack stored a message of each key."""
    return Counter(
        key
        for call in on.slack.journal.calls("chat.postMessage")
        if call.performed
        and (
            key := shapes.text(
                shapes.obj(shapes.obj(call.args.get("metadata")).get("event_payload")), "key"
            )
        )
    )


def _is(key: str, kind: str) -> bool:
    return key.partition(":")[0] == kind


def _reports(on: world.World, due: Due, posted: Counter[tuple[str, str]]) -> Iterator[str]:
    """``posted`` is by client and the day that the period ends with: the day it falls due."""
    found = {(client, fire[:10]): status for client, fire, status in on.rows(_FIRES)}
    found |= dict.fromkeys(((client, fire[:10]) for client, fire in on.rows(_JOINED)), "succeeded")
    for wanted, status in (
        (due.wanted, "succeeded"),
        (due.paused, "skipped"),
        (due.slept, "missed"),
    ):
        for one in sorted(wanted):
            if found.get(one) != status:
                yield f"the run of {one} is {found.get(one, 'not there')} and not {status}"
    for one in sorted(due.wanted):
        if not posted[one]:
            yield f"the report of {one} is lost"
    for one, times in posted.items():
        if times > (one in due.wanted):
            yield f"the report of {one} was posted {times} times"


def _alerts(on: world.World, posted: Counter[str]) -> Iterator[str]:
    """Each run that people should know of is in one incident, and each incident has one card, or
    one together with others.
    """
    incidents = Counter(run for run, _ in on.rows(_INCIDENTS))
    for (run,) in on.rows(_FAILED):
        if not incidents[run]:
            yield f"the alert of run {run} is lost"
    yield from (f"run {run} has a card {n} times" for run, n in incidents.items() if n > 1)
    for card, outage in on.rows(_SHOWN):
        if not posted[card] and not posted[outage]:
            yield f"{card} is lost"
    for key, card in on.rows(_ENDED):
        if posted[card] and not posted[key]:
            yield f"{key} is lost"


def _cards(on: world.World) -> Iterator[str]:
    """Each card says in Slack what it should say at the end."""
    for ts, channel, bodies in on.rows(_CARDS):
        shown = on.slack.workspace.messages.get(channel, ts or "")
        told = {shapes.text(one, "text") for one in shapes.objects(shapes.parse(bodies))}
        if shown is None or shown.text not in told:
            yield f"the card {ts} does not say how its incident ended"


def _missed(on: world.World) -> Iterator[str]:
    """Each missed run is named once, where the operators read."""
    said = "\n".join(
        shapes.dump(one.blocks)
        for channel in on.slack.workspace.channels
        for one in on.slack.workspace.messages.everything(channel)
        if "missed" in one.text
    )
    count = sum(status == "missed" for _, _, status in on.rows(_FIRES))
    named = said.count("Daily figures due ")
    if named < count:
        yield f"the word about {count - named} missed runs is lost"
    elif named > count:
        yield f"{named} words about {count} missed runs: said several times"


def _commands(on: world.World, asked: people.Asked) -> Iterator[str]:
    done = {(what, client): int(times) for what, client, times in on.rows(_AUDIT)}
    for one in sorted(asked.sent):
        times = done.get(one, 0)
        if times < asked.accepted[one]:
            yield f"of the accepted commands {one}, {asked.accepted[one] - times} are lost"
    for client, times in on.rows(_ASKED):
        if int(times) > (sent := asked.sent["rerun", client]):
            yield f"a rerun of {client} was asked for {sent} and made {times} times"
    yield from (f"a press of Retry on run {run} was accepted and lost" for run in asked.ignored)
