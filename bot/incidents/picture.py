"""What a card says, gathered from the store's facts and the client's files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import clock
from bot.domain import client, delivery, ids, incident, periods, run, spec, views
from bot.incidents import causes, places, ports
from bot.kinds import called

_NOTICED = "one neutral line"
_STUCK = frozenset({run.Status.FAILED, run.Status.QUEUED, run.Status.WAITING, run.Status.HELD})
"""A person can still change something."""
_SKIPPABLE = (views.Button.SKIP, views.Button.PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a card is drawn from."""

    incident: incident.Incident
    runs: tuple[run.Run, ...]
    """The incident's runs that are still there, in the order they came."""
    subject: run.Run
    """The run that the card is about."""
    client: client.Client | None
    posted: delivery.Delivery | None
    before: delivery.Delivery | None
    """The period's post, where it was made by another run, or this one only corrected it."""
    last_good: datetime | None
    paused: bool
    channel: ids.ChannelId | None
    """Where the card stands."""


async def gather(
    book: ports.Book, clients: ports.Clients, *, of: incident.Incident
) -> Facts | None:
    """Read everything that a card says; None: none of its runs is there."""
    found = [await book.runs.get(run_id) for run_id in of.runs]
    runs = tuple(one for one in found if one is not None)
    if not runs:
        return None
    subject = _subject(runs)
    posted = await book.deliveries.of_run(subject.id)
    of_client = clients.client(of.client)
    # Once recovered, the last good post before this one is of no interest any more.
    last = await book.history.last_posted(subject.client, subject.report)
    card = await book.deliveries.get(card_key(of.id))
    return Facts(
        incident=of,
        runs=runs,
        subject=subject,
        client=of_client,
        posted=posted,
        before=await _before(book, subject, of=of_client),
        last_good=None if last is None else last.at,
        paused=await book.pauses.current(of.client) is not None,
        channel=None if card is None else card.channel,
    )


def card_key(incident_id: ids.IncidentId) -> str:
    """Return the key of an incident's card."""
    return f"card:{incident_id}"


def draw(facts: Facts, *, now: datetime, ops_channel: ids.ChannelId | None) -> views.CardView:
    """Return what the card says; pure."""
    subject, of, before = facts.subject, facts.client, facts.before
    without = _without(facts)
    return views.CardView(
        incident=facts.incident,
        client_name=of.name if of else subject.client,
        report_title=title(of, subject),
        source_label=label(of, facts.incident.failure.source),
        timezone=of.timezone if of else "UTC",
        status=subject.status,
        attempts=subject.attempts,
        deliver_by=subject.deliver_by,
        posted_at=facts.posted.posted_at if facts.posted else None,
        period=None if _is_expected(facts, now=now) else subject.period,
        stands=before.posted_at if before else None,
        corrected=before is not None and before.run == subject.id,
        hold=subject.hold,
        now=now,
        owner=of.owner if of else None,
        also_affected=_also(facts),
        client_saw=saw(noticed=facts.incident.noticed),
        last_good=facts.last_good,
        next_retry_at=subject.next_attempt_at if subject.status is run.Status.QUEUED else None,
        fixed_by=facts.incident.closed_by or facts.incident.acted_by,
        buttons=_buttons(facts, without=bool(without)),
        without=without,
        stopped=max(1, sum(one.status not in run.TERMINAL for one in facts.runs)),
        shared_in=ops_channel if facts.incident.outage else None,
        in_ops_channel=facts.channel is not None and facts.channel == ops_channel,
    )


def saw(*, noticed: bool) -> str:
    """Return in words what the client's channel has been told."""
    return _NOTICED if noticed else "nothing"


def _subject(runs: Sequence[run.Run]) -> run.Run:
    """The newest run that has not ended, else the newest."""
    going = [one for one in runs if one.status not in run.TERMINAL]
    return (going or runs)[-1]


async def _before(
    book: ports.Book, subject: run.Run, *, of: client.Client | None
) -> delivery.Delivery | None:
    """What stands about the period where the run would post, unless the run itself posted it."""
    found = await book.runs.delivered(subject)
    if found is None:
        return None
    there = found[0]
    if there.run == subject.id and (there.posted_at or subject.created_at) >= subject.created_at:
        return None
    is_live = of is not None and of.stage is client.Stage.LIVE
    if of and is_live and there.channel != places.home(of, subject.report):
        return None  # in the ops channel, from before it was live: no client has seen that
    return there


def _is_expected(facts: Facts, *, now: datetime) -> bool:
    """Whether it is the period that everybody thinks of: the last complete one, as scheduled."""
    found, subject = _report(facts.client, facts.subject), facts.subject
    if facts.client is None or found is None or subject.trigger is not run.Trigger.SCHEDULED:
        return False
    today = clock.local_date(now, facts.client.timezone)
    return subject.period == periods.last_complete(found.period, today=today)


def _report(of: client.Client | None, one: run.Run) -> spec.ReportSpec | None:
    return of.reports.get(one.report) if of else None


def title(of: client.Client | None, one: run.Run) -> str:
    """Return the report's title; its name where the client's files do not hold it now."""
    found = _report(of, one)
    return found.title if found else one.report


def label(of: client.Client | None, name: str | None) -> str | None:
    """A source as people call it: by its kind; with its own name where the client has two."""
    return called.label(of.sources, name) if of and name else name


def _also(facts: Facts) -> tuple[str, ...]:
    """The other reports that the same cause still stops, each once."""
    own = title(facts.client, facts.subject)
    titles = {
        title(facts.client, one): None
        for one in facts.runs
        if one.id != facts.subject.id and one.status not in run.TERMINAL
    }
    return tuple(title for title in titles if title != own)


def _without(facts: Facts) -> tuple[str, ...]:
    """The sources that could be left out: those that failed, where all they answer is optional.
    None where the report would lack one of them still.
    """
    failed, found = facts.incident.failure.sources, _report(facts.client, facts.subject)
    for place, source in enumerate(failed):
        is_out = source in facts.subject.without
        if found is None or is_out or not found.does_without(source, gone=failed[:place]):
            return ()
    return failed


def _is_login(facts: Facts) -> bool:
    """Whether a credential is what stops it, and it can be replaced."""
    failure, of = facts.incident.failure, facts.client
    source = of.sources.get(failure.source) if of and failure.source else None
    return (
        failure.code in causes.REPLACEABLE and source is not None and source.credential is not None
    )


def _buttons(facts: Facts, *, without: bool) -> tuple[views.Button, ...]:
    if facts.incident.status is not incident.IncidentStatus.OPEN:
        return ()
    status = facts.subject.status
    if facts.paused:
        return (views.Button.RESUME, views.Button.DETAILS, views.Button.SKIP)
    if status is run.Status.HELD:
        first = (views.Button.CONFIRM,) if facts.subject.hold == "outsiders" else ()
        return (*first, views.Button.DETAILS, *_SKIPPABLE)
    if status not in _STUCK:
        return (views.Button.DETAILS,)
    leave_out = (views.Button.SEND_WITHOUT,) if without else ()
    first = (views.Button.ROTATE,) if _is_login(facts) else ()
    return (*first, views.Button.RETRY, *leave_out, views.Button.DETAILS, *_SKIPPABLE)
