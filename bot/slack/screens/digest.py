"""The morning digest: what came due today, so that nobody opens 200 channels to know that 197 went
out. Exceptions first, each with its button, those that need somebody by their owner; the rest is
counted. It holds no countdown: it changes only when something has happened.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import errors
from bot.domain import delivery, expected, fresh, ids, incident, morning, periods, run
from bot.domain.delivery import Block
from bot.slack import blocks, limits, moments
from bot.slack import ids as names
from bot.slack.screens import folding, lights
from bot.slack.screens.card import buttons, words

_MOST = 18
"""Exceptions that have a line of their own; the rest are counted."""
_MOST_OUTAGES = 6
_OUTSIDERS = "outsiders"
_SKIPPED = frozenset({run.Status.SKIPPED, run.Status.CANCELLED})
_NEEDS = frozenset({run.Status.FAILED, run.Status.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piles:
    """The reports of a day by how they stand; each is in one pile."""

    sent: list[morning.Line]
    needs: list[morning.Line]
    stopped: list[morning.Line]
    """By an outage; counted among those that need somebody, or wait."""
    missed: list[morning.Line]
    paused: list[morning.Line]
    troubled: list[morning.Line]
    """They wait, and that is not as planned."""
    going: list[morning.Line]
    """They wait, as planned."""
    skipped: list[morning.Line]


def draw(told: morning.Morning) -> delivery.Body:
    """Return the digest as it should stand now."""
    piles = _sorted(told)
    head = f"{moments.long_weekday(told.day)} · {' · '.join(_counts(piles, idle=len(told.idle)))}"
    exceptions = [*_exceptions(told, piles)]
    over = len(exceptions) - _MOST
    parts = [blocks.section(f"*{head}*"), *_outages(told, piles)]
    for title, each in _titled(exceptions[:_MOST]):
        parts += [blocks.section(title), *(one.block for one in each)]
    if over > 0:
        rest = folding.names([one.name for one in exceptions[_MOST:]])
        parts.append(blocks.section(f"… and {over} more: {rest}. `/report` shows them all."))
    parts += [blocks.section(text) for text in _rest(told, piles) if text]
    parts.append(blocks.context(f"Times in {moments.city(told.timezone)}"))
    return limits.fit(delivery.Body(text=head, blocks=tuple(parts)))


def _sorted(told: morning.Morning) -> _Piles:
    found: dict[str, list[morning.Line]] = defaultdict(list)
    shown = {one.id for one in told.outages}
    for one in told.lines:
        found[_pile(one, told, outages=shown)].append(one)
    return _Piles(
        sent=found["sent"],
        needs=found["needs"],
        stopped=found["stopped"],
        missed=found["missed"],
        paused=found["paused"],
        troubled=found["troubled"],
        going=found["going"],
        skipped=found["skipped"],
    )


def _pile(one: morning.Line, told: morning.Morning, *, outages: set[ids.OutageId]) -> str:
    status = one.fired.run.status
    if status is run.Status.MISSED and one.fired.posted_at is not None:
        return "sent"  # somebody had it made all the same
    ended = {run.Status.SUCCEEDED: "sent", run.Status.MISSED: "missed"}
    ended |= dict.fromkeys(_SKIPPED, "skipped")
    if status in ended:
        return ended[status]
    if one.pause is not None:
        return "paused"
    if one.fired.outage in outages:
        return "stopped"
    if status in _NEEDS:
        return "needs"
    odd = one.fired.incident is not None or status is run.Status.WAITING or _is_late(one, told)
    return "troubled" if odd else "going"


def _is_late(one: morning.Line, told: morning.Morning) -> bool:
    due = one.fired.run.deliver_by
    return due is not None and due <= told.now


def _counts(piles: _Piles, *, idle: int) -> Iterator[str]:
    """The head: such as ``197 sent``, ``2 waiting``, ``1 needs you``."""
    failed = sum(one.fired.run.status in _NEEDS for one in piles.stopped)
    needs = len(piles.needs) + failed + idle
    waiting = len(piles.troubled) + len(piles.going) + len(piles.stopped) - failed
    yield f"{len(piles.sent)} sent"
    if waiting:
        yield f"{waiting} waiting"
    if needs:
        yield f"{needs} need{'s' if needs == 1 else ''} you"
    for pile, word in (
        (piles.missed, "missed"),
        (piles.paused, "paused"),
        (piles.skipped, "skipped"),
    ):
        if pile:
            yield f"{len(pile)} {word}"


def _outages(told: morning.Morning, piles: _Piles) -> Iterator[Block]:
    """One line per cause that stops several clients, with the button for all of them."""
    for one in told.outages[:_MOST_OUTAGES]:
        stopped = [each for each in piles.stopped if each.fired.outage == one.id]
        if stopped:
            yield _outage(one, stopped)


def _outage(one: incident.Outage, stopped: Sequence[morning.Line]) -> Block:
    needs = any(each.fired.run.status is run.Status.FAILED for each in stopped)
    cause = blocks.escape(errors.short(one.failure, source_label=stopped[0].source_label))
    affected = folding.names([each.client_name for each in stopped])
    text = (
        f"{words.RED if needs else words.AMBER} *{cause}* · "
        f"{folding.count(len(stopped), 'report')}: {affected}"
    )
    label, stamp = buttons.again(one.failure), f"{one.id}:{one.version}"
    return blocks.section(text, accessory=blocks.button(label, names.RETRY_ALL, value=stamp))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exception:
    """One line of its own, under its title."""

    title: str
    name: str
    block: Block


def _exceptions(told: morning.Morning, piles: _Piles) -> Iterator[_Exception]:
    for owner, each in _owners(piles.needs):
        for one in each:
            yield _exception(one, told, title=_needs(owner), why=_need(one), button=_help(one))
    for idle in told.idle:
        yield _idle(idle, told)
    for one in piles.troubled:
        yield _exception(one, told, title="*Waiting*", why=_wait(one, told), button=_hurry(one))
    for one in piles.missed:
        run_now = _button("Run now", names.MENU_RERUN, value=_period(one.fired.run))
        yield _exception(one, told, title="*Missed*", why=_missed(one), button=run_now)
    for one in piles.paused:
        resume = _button("Resume", names.MENU_RESUME, value=one.fired.run.client)
        yield _exception(one, told, title="*Paused*", why=_until(one, told), button=resume)


def _needs(owner: ids.UserId | None) -> str:
    return f"*Needs you* · {blocks.mention(owner) if owner else 'no owner named'}"


def _missed(one: morning.Line) -> str:
    due = one.fired.run.scheduled_for
    return f"due {moments.nominal(due)}, when the bot was down" if due else "the bot was down"


def _period(missed: run.Run) -> str:
    """What was missed, for its button: by now another period may be the last complete one."""
    return f"{missed.client} {missed.report} {periods.notation(missed.period)}"


def _owners(
    found: Sequence[morning.Line],
) -> Sequence[tuple[ids.UserId | None, Sequence[morning.Line]]]:
    """By owner, who has the most to do first; what nobody owns comes last."""
    grouped: dict[ids.UserId | None, list[morning.Line]] = defaultdict(list)
    for one in found:
        grouped[one.owner].append(one)
    return sorted(grouped.items(), key=lambda item: (item[0] is None, -len(item[1]), item[0] or ""))


def _titled(
    found: Sequence[_Exception],
) -> Iterator[tuple[str, Sequence[_Exception]]]:
    grouped: dict[str, list[_Exception]] = defaultdict(list)
    for one in found:
        grouped[one.title].append(one)
    yield from grouped.items()


def _exception(
    one: morning.Line, told: morning.Morning, *, title: str, why: str, button: Block | None
) -> _Exception:
    name = f"{one.client_name} · {one.report_title}"
    text = _said(name, why, due=one.fired.run.deliver_by, told=told)
    block = blocks.section(text, accessory=button)
    return _Exception(title=title, name=one.client_name, block=block)


def _idle(one: expected.Idle, told: morning.Morning) -> _Exception:
    """What only a mended file helps, so that it has no button."""
    name = f"{one.expected.client_name} · {one.expected.report_title}"
    return _Exception(
        title=_needs(one.expected.owner),
        name=one.expected.client_name,
        block=blocks.section(_said(name, one.why, due=one.expected.deliver_by, told=told)),
    )


def _said(name: str, why: str, *, due: datetime | None, told: morning.Morning) -> str:
    facts = [f"*{blocks.escape(blocks.one_line(name, 80))}*", blocks.escape(why)]
    if due is not None:
        at = moments.moment(due, told.timezone, now=told.begins)
        facts.append(f"promise {at}, missed" if due <= told.now else f"promise {at}")
    return " · ".join(facts)


def _need(one: morning.Line) -> str:
    if one.fired.run.status is run.Status.HELD:
        return lights.held(one.fired.run.hold)
    if one.fired.failure is None:
        return "failed"
    return errors.short(one.fired.failure, source_label=one.source_label)


def _help(one: morning.Line) -> Block | None:
    """The button that helps most; the card behind Fix has the others."""
    fired = one.fired
    if fired.run.status is run.Status.HELD and fired.run.hold == _OUTSIDERS:
        return _button("Post it there", names.CONFIRM_AUDIENCE, value=fired.run.id)
    if fired.incident is None or fired.failure is None:
        return None
    if errors.is_retryable(fired.failure.code):
        return _retry(one)
    return _button("Fix", names.MENU_FIX, value=fired.incident)


def _hurry(one: morning.Line) -> Block | None:
    """The button of what waits."""
    if one.fired.run.status is run.Status.QUEUED:
        return _retry(one)
    if one.fired.run.status is not run.Status.WAITING:
        return None
    ask = limits.dialog(
        title="Send as is?",
        text="The report is made of the data that is there, and says how far it goes.",
        yes="Send",
    )
    return blocks.button("Send as is…", names.POST_ANYWAY, value=one.fired.run.id, ask=ask)


def _retry(one: morning.Line) -> Block | None:
    if one.fired.incident is None:
        return None
    stamp = f"{one.fired.incident}:{one.fired.version}"
    return _button("Retry", names.RETRY, value=stamp)


def _button(label: str, action: str, *, value: str) -> Block:
    return blocks.button(label, action, value=value)


_WAITS: Mapping[run.Status, str] = {
    run.Status.RUNNING: "running now",
    run.Status.READY: "ready, about to be posted",
    run.Status.POSTING: "on its way to Slack",
}


def _wait(one: morning.Line, told: morning.Morning) -> str:
    """For what it waits, and until when."""
    fired = one.fired
    if fired.run.status is run.Status.WAITING:
        return _data(one, told)
    cause = [_need(one)] if fired.failure else []
    at = fired.run.next_attempt_at
    if fired.run.status is run.Status.QUEUED and at is not None and at > told.now:
        again = moments.moment(at, told.timezone, now=told.begins)
        return ", ".join([*cause, f"{'next try' if cause else 'runs at'} {again}"])
    return ", ".join([*cause, _WAITS.get(fired.run.status, "waits for its turn")])


def _data(one: morning.Line, told: morning.Morning) -> str:
    fired = one.fired
    said = lights.waits(fresh.lag(fired.waits_for), label=one.source_label)
    at = fired.run.next_attempt_at
    again = moments.moment(at, told.timezone, now=told.begins) if at else ""
    return f"{said}, next look {again}" if again else said


def _until(one: morning.Line, told: morning.Morning) -> str:
    until = one.pause.until if one.pause else None
    if until is None:
        return "paused until somebody resumes it"
    return f"paused until {moments.moment(until, told.timezone, now=told.begins)}"


def _rest(told: morning.Morning, piles: _Piles) -> Iterator[str]:
    """What goes as planned: counted, and named as far as there is room."""
    yield from _going(told, piles.going)
    if piles.skipped:
        yield f"Skipped: {folding.names([one.client_name for one in piles.skipped])}"
    if piles.sent:
        late = [one for one in piles.sent if _came_late(one)]
        behind = f" · late: {folding.names([one.client_name for one in late])}" if late else ""
        yield f"Sent: {folding.names([one.client_name for one in piles.sent])}{behind}"


def _came_late(one: morning.Line) -> bool:
    due, at = one.fired.run.deliver_by, one.fired.posted_at
    return due is not None and at is not None and at > due


def _going(told: morning.Morning, found: Sequence[morning.Line]) -> Iterator[str]:
    """By what they wait for: their slot, their run, their time to be posted."""
    ready = [one for one in found if one.fired.run.status is run.Status.READY]
    by_time: dict[str, list[str]] = defaultdict(list)
    for one in sorted(ready, key=lambda one: one.fired.run.post_at or told.begins):
        at = one.fired.run.post_at
        when = moments.moment(at, told.timezone, now=told.begins) if at else "now"
        by_time[when].append(one.client_name)
    for when, each in list(by_time.items())[:5]:
        yield f"{len(each)} ready, to be posted at {when}: {folding.names(each)}"
    others = [one for one in found if one.fired.run.status is not run.Status.READY]
    slots = [one.fired.run.next_attempt_at for one in others if one.fired.run.next_attempt_at]
    if others:
        last = f", the last at {moments.clock(max(slots), told.timezone)}" if slots else ""
        yield f"{len(others)} to run{last}: {folding.names([one.client_name for one in others])}"
