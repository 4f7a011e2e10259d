"""How a client stands, on one line: worst first, in plain words, naming no other client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import errors, kinds
from bot.domain import client, fresh, ids, incident, pause, run, views
from bot.slack import moments
from bot.slack.screens import lights

MOVING = frozenset(run.Status) - run.SETTLED
"""Something still happens by itself, or waits for somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of all clients at one moment."""

    at: datetime
    runs: Sequence[run.Run]
    """Those that have not ended, and failed ones; oldest first."""
    incidents: Sequence[incident.Incident]
    """Open ones, oldest first."""
    pauses: Mapping[ids.ClientId, pause.Pause]
    fires: Mapping[ids.ClientId, views.NextFire]
    """The coming fire of each client."""
    waits: Mapping[ids.RunId, run.Failure]
    """What the last look of each run that waits for its data found."""


def line(found: client.Client, facts: Facts) -> views.ClientLine:
    """Return one client's line."""
    open_one = next((one for one in facts.incidents if one.client == found.id), None)
    runs = [one for one in facts.runs if one.client == found.id]
    stopped = next((one for one in runs if open_one and one.id in open_one.runs[-1:]), None)
    about = stopped or (runs[-1] if runs else None)
    light, text = _told(found, facts, open_one=open_one, about=about)
    fire = facts.fires.get(found.id)
    urgent = light in {views.Light.RED, views.Light.AMBER}
    return views.ClientLine(
        client=found.id,
        name=found.name,
        light=light,
        text=text,
        due=about.deliver_by if about and urgent else None,
        timezone=found.timezone,
        incident=open_one.id if open_one else None,
        ready=light is views.Light.GREEN and about is not None and _waits(about, facts.at),
        next=fire.run_at if fire else None,
        paused=found.id in facts.pauses,
    )


def _told(
    found: client.Client,
    facts: Facts,
    *,
    open_one: incident.Incident | None,
    about: run.Run | None,
) -> tuple[views.Light, str]:
    paused = facts.pauses.get(found.id)
    if paused is not None:
        return views.Light.GREY, pause_words(paused, found.timezone)
    if open_one is not None:
        return _trouble(found, facts, open_one=open_one, about=about)
    if about is not None and about.status in MOVING:
        return _moving(found, facts, about=about)
    fire = facts.fires.get(found.id)
    if fire is None:
        return views.Light.GREEN, "nothing is scheduled"
    return views.Light.GREEN, f"next {moments.moment(fire.run_at, found.timezone)}"


def pause_words(paused: pause.Pause, zone: str) -> str:
    """Return ``paused until Tue 1 Dec 00:00``, or that somebody must resume it."""
    if paused.until is None:
        return "paused until somebody resumes it"
    return f"paused until {moments.moment(paused.until, zone)}"


def failure_words(found: client.Client, failure: run.Failure) -> str:
    """Return a failure in a few words, with the source as its people call it."""
    return errors.short(failure, source_label=source_label(found, failure.source))


def by_hand(remedy: str, *, again: str) -> str:
    """Return what to do next where there is neither a card nor another attempt: ``check again``."""
    told = remedy.replace("press Retry", again)
    told = told.replace("It is tried again by itself.", f"{again.capitalize()} later.")
    return told.replace("It is tried again by itself", again.capitalize())


def goes_out(held: run.Run, *, now: datetime) -> str:
    """Return when what was held is posted, now that it may be."""
    if held.status is run.Status.WAITING:
        return "it is made of the data that is there, and posted"
    is_early = held.post_at is not None and held.post_at > now
    return "it is posted when its time has come" if is_early else "it is being posted"


def source_label(found: client.Client, name: str | None) -> str | None:
    """Return what people call a source: its kind, and its name where a kind comes twice."""
    source = found.sources.get(name) if name else None
    if source is None:
        return name
    kind = kinds.KINDS.get(source.kind)
    label = kind.label if kind else source.kind
    same = [one for one in found.sources.values() if one.kind == source.kind]
    return label if len(same) == 1 else f"{label} {source.name}"


def for_readers(told: views.ClientLine) -> views.ClientLine:
    """Return what people in the client's own channel may know: that it is late, not why."""
    if told.light not in {views.Light.RED, views.Light.AMBER}:
        return told
    return replace(told, light=views.Light.AMBER, text=DELAYED, incident=None)


DELAYED = "delayed; we are on it"


def _trouble(
    found: client.Client,
    facts: Facts,
    *,
    open_one: incident.Incident,
    about: run.Run | None,
) -> tuple[views.Light, str]:
    told = failure_words(found, open_one.failure)
    if about is None or about.status is run.Status.FAILED:
        return views.Light.RED, told
    if about.status is run.Status.QUEUED and about.next_attempt_at is not None:
        again = moments.moment(about.next_attempt_at, found.timezone, now=facts.at)
        return views.Light.AMBER, f"{told}, next try {again}"
    return views.Light.AMBER, f"{told}, being tried again"


def _waits(about: run.Run, now: datetime) -> bool:
    """Whether its report is ready before its time."""
    early = about.post_at is not None and about.post_at > now
    return early and about.status is run.Status.READY


def _waiting(found: client.Client, facts: Facts, *, about: run.Run) -> str:
    lag = fresh.lag(facts.waits.get(about.id))
    return lights.waits(lag, label=source_label(found, lag.source) if lag else None)


def _moving(found: client.Client, facts: Facts, *, about: run.Run) -> tuple[views.Light, str]:
    late = ", late" if about.late else ""
    match about.status:
        case run.Status.HELD:
            return views.Light.AMBER, lights.held(about.hold)
        case run.Status.WAITING:
            return views.Light.AMBER, _waiting(found, facts, about=about)
        case run.Status.READY if about.post_at is not None and _waits(about, facts.at):
            posts = moments.moment(about.post_at, found.timezone, now=facts.at)
            return views.Light.GREEN, f"ready, posts at {posts}"
        case run.Status.READY | run.Status.POSTING:
            return views.Light.GREEN, "ready, being posted"
        case run.Status.RUNNING:
            return views.Light.GREEN, "running now" + late
        case _:
            return views.Light.GREEN, "about to run" + late
