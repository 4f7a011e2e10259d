"""One credential in the place of another: the modal that asks for it, what its trial found, and the
line that stays. Nothing that was entered is ever shown again.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from bot.domain import delivery, report, rotation
from bot.domain.delivery import Block
from bot.domain.period import PeriodKind
from bot.domain.rotation import State
from bot.kinds.typed import form
from bot.slack import blocks, ids, limits, moments

TITLE = "Rotate credential"
PREFIX = "rotate_"
"""Of each input's block and action; behind it stands the field's name."""
WHOLE = "credential"
"""The name of the one field of a credential that is a single text."""
_MOST = 20
_WAITS = "It is confirmed; its store gives no answer yet, and is asked again."
_WORDS = 120
_NOUNS = {
    "ga4": "property",
    "bigquery": "project",
    "google_sheets": "spreadsheet",
    "postgres": "database",
}
"""What a kind's data is of; of the others it is an account."""
_SPANS = {
    PeriodKind.DAY: "the last full day",
    PeriodKind.WEEK: "the last full week",
    PeriodKind.MONTH: "the last full month",
    PeriodKind.QUARTER: "the last full quarter",
}


def asked(
    head: str, *, fields: Sequence[form.Field], told: str, steps: Sequence[str], metadata: str
) -> Mapping[str, object]:
    """Return the modal that asks for them. ``metadata`` is ``<client>/<source> <channel>``."""
    also = f"A person's sign-in instead: {' '.join(map(_code, steps))}" if steps else ""
    parts = [blocks.section(f"*{blocks.escape(head)}*\n{blocks.escape(told)}")]
    parts += [_input(one) for one in fields]
    return _modal(
        [*parts, *([blocks.context(also)] if also else [])],
        callback=ids.ROTATE_VIEW,
        metadata=metadata,
        submit="Try it",
    )


def instead(
    head: str, *, told: str, steps: Sequence[str], metadata: str, trial: bool
) -> Mapping[str, object]:
    """Return the modal that says what to do elsewhere; ``trial``: what is there then is tried."""
    code = "\n".join(step.replace("`", "'") for step in steps)
    shown = [
        blocks.section(f"*{blocks.escape(head)}*\n{told}"),
        *([blocks.section(f"```{blocks.clean(code)}```")] if code else []),
    ]
    submit = "I have set it" if trial else ""
    return _modal(shown, callback=ids.ROTATE_VIEW, metadata=metadata, submit=submit)


def trying(head: str) -> Mapping[str, object]:
    """Return what stands there while it is tried: no input, and so nothing that was entered."""
    text = (
        f"*{blocks.escape(head)}*\n⏳ Testing … it opens the source in a run of its own, and asks "
        "your own queries with the new credential and with the one in force. This may take a minute"
        "; you may close this window, what comes of it is told to you."
    )
    return _modal([blocks.section(text)])


def failed(text: str) -> Mapping[str, object]:
    """Return that it could not be tried."""
    return _modal([blocks.section(text)])


def tried(view: rotation.View, *, channel: str = "") -> Mapping[str, object]:
    """Return what the trial found, to be confirmed where it may be."""
    shown = list(_found(view))
    if view.rotation.state is not State.TESTED:
        return _modal(shown)
    return _modal(
        shown,
        callback=ids.ROTATE_CONFIRM,
        metadata=f"{view.rotation.id} {channel}".strip(),
        submit=_yes(view),
        notify=True,
    )


def told(view: rotation.View) -> delivery.Body:
    """Return the same as a message, for who has closed the window."""
    value = view.rotation.id
    row = blocks.actions(
        blocks.button(_yes(view), ids.ROTATE_CONFIRM, value=value, style="primary"),
        blocks.button("Cancel", ids.ROTATE_CANCEL, value=value),
    )
    more = (row,) if view.rotation.state is State.TESTED else ()
    return limits.fit(delivery.Body(text=_verdict(view), blocks=(*_found(view), *more)))


def lines(view: rotation.View) -> Iterator[str]:
    """Yield what the trial found, for a terminal."""
    for block in _found(view):
        texts = [block["text"]] if "text" in block else cast("Sequence[object]", block["elements"])
        for one in cast("Sequence[Mapping[str, str]]", texts):
            yield from html.unescape(one["text"]).splitlines()


def done(view: rotation.View) -> delivery.Body:
    """Return what came of a press, for who pressed: with what is to be done next."""
    text = _line(view)
    found = view.rotation
    row = list[Block]()
    if view.retry:
        row.append(blocks.button("Retry", ids.RETRY, value=view.retry, style="primary"))
    if found.state is State.SWAPPED:
        row.append(_back(view))
    if found.state is State.CANCELLED and found.found is not None and found.candidate:
        again = f"{found.client} {found.source}"
        row.append(blocks.button("Write it by hand…", ids.MENU_ROTATE, value=again))
    more = (blocks.actions(*row),) if row else ()
    return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text), *more)))


def line(view: rotation.View, *, in_thread: bool) -> delivery.Body:
    """Return the line that stays: in the incident's thread, else among the operators."""
    text = f"{moments.clock(view.rotation.changed_at, view.timezone)} {_line(view)}"
    if not in_thread:
        text = f"{_head(view)} · {text}"
    button = _back(view) if view.rotation.state is State.SWAPPED else None
    return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text, accessory=button),)))


def _head(view: rotation.View) -> str:
    return f"{blocks.escape(view.client_name)} · {blocks.escape(view.label)}"


def _line(view: rotation.View) -> str:
    found, who = view.rotation, person(view.rotation.by)
    if found.found is None and found.state in {State.SWAPPED, State.SETTLED}:
        return f"{who} set the credential from a shell; it was not tried before."
    match found.state:
        case State.SWAPPED if found.until is not None:
            until = _moment(found.until, view)
            return (
                f"{who} rotated the credential: {_summary(view)}. Swapped; roll back until {until}."
            )
        case State.SWAPPED | State.SETTLED:
            end = "Swapped" if found.candidate else "It is in force"
            return f"{who} rotated the credential: {_summary(view)}. {end}."
        case State.RETURNED:
            return (
                f"{who} rotated the credential, and it was rolled back: the one before is in force."
            )
        case State.REFUSED:
            return f"{who} tried another credential. {_faults(view)} {_stays(view)}"
        case _:
            waits = found.state in {State.SWAPPING, State.RETURNING}
            ended = found.said or "It was cancelled; nothing was changed."
            said = _WAITS if waits else blocks.escape(ended)
            return f"{who} began to rotate the credential. {said}"


def _summary(view: rotation.View) -> str:
    """``same property (acme.com), 6 of 6 figures of the last full week equal``."""
    told = view.rotation.found or rotation.Comparison()
    return f"{_whose(view, told)}, {_figures(view)}"


def _whose(view: rotation.View, told: rotation.Comparison) -> str:
    noun = _NOUNS.get(view.kind, "account")
    if told.now is None:
        return f"it does not tell its {noun}"
    same = "same " if told.was is not None and not told.is_other else ""
    return f"{same}{noun} ({_name(told.now)})"


def _name(one: report.Identity) -> str:
    what = one.domain or one.name or one.account
    return blocks.escape(blocks.one_line(what.removeprefix("https://").rstrip("/"), _WORDS))


def _figures(view: rotation.View) -> str:
    """How many of them are equal, and of what."""
    told = view.rotation.found or rotation.Comparison()
    if told.reported_at is not None:
        of = f"as last reported on {moments.day(moments.local(told.reported_at, view.timezone))}"
        return f"{told.equal} of {len(told.pairs)} figures {of}"
    if not told.pairs:
        return "no figures to compare"
    span = (
        _SPANS.get(told.period.kind, "the last full period") if told.period else "the last periods"
    )
    return f"{told.equal} of {len(told.pairs)} figures of {span} equal"


def _found(view: rotation.View) -> Iterator[Block]:
    """The whole of it, side by side."""
    told = view.rotation.found or rotation.Comparison()
    yield blocks.section(f"*{_head(view)}*\n{_verdict(view)}")
    facts = list(_facts(view, told))
    if facts:
        yield blocks.section("\n".join(facts))
    if view.rows:
        beside = "Last reported" if told.reported_at else "In force"
        rows = sorted(view.rows, key=lambda one: one.is_equal)
        lines = [f"*Figure · {beside} · New*", *(_row(one) for one in rows[:_MOST])]
        more = [f"… and {len(rows) - _MOST} more, all equal"] if len(rows) > _MOST else []
        yield blocks.section("\n".join([*lines, *more]))
    if view.rotation.state is State.TESTED:
        if view.rotation.said:
            yield blocks.context(f"⚠️ {blocks.escape(view.rotation.said)}")
        yield blocks.context("Nothing has changed yet.")


def _verdict(view: rotation.View) -> str:
    found, told = view.rotation, view.rotation.found or rotation.Comparison()
    if found.state is not State.TESTED:
        why = _faults(view) if view.faults else blocks.escape(found.said)
        return f"🔴 {why} {_stays(view)}".strip()
    if told.different:
        return (
            "🟠 It works, and some figures differ. Data may have moved on meanwhile; look closely."
        )
    return "🟢 It works." if told.pairs else "🟠 It works; there was nothing to compare it with."


def _stays(view: rotation.View) -> str:
    if view.rotation.candidate is None:
        return "That is what its store holds now; the bot changed nothing."
    return "The credential in force stays as it was; the new one is deleted."


def _facts(view: rotation.View, told: rotation.Comparison) -> Iterator[str]:
    if told.now is not None or told.fits:
        yield f"• {_upper(_whose(view, told))}"
    if view.dead:
        yield f"• The one in force cannot be read any more: {blocks.escape(view.dead)}"
    if told.fits:
        yield "• Same permissions: every query is answered"
    if told.pairs or told.fits:
        yield f"• {_upper(_figures(view))}"


def _faults(view: rotation.View) -> str:
    return " ".join(blocks.escape(one) for one in view.faults)


def _row(one: rotation.Row) -> str:
    label = blocks.escape(blocks.one_line(one.label, 60))
    sign = "✓" if one.is_equal else "≠"
    return f"{sign} {label} · {blocks.escape(one.was)} · {blocks.escape(one.now)}"


def _yes(view: rotation.View) -> str:
    if view.rotation.candidate is None:
        return "Done"
    told = view.rotation.found
    return "Swap all the same" if told and told.different else "Swap"


def _back(view: rotation.View) -> Block:
    ask = limits.dialog(
        title="Roll back?",
        text="The credential before is put in force again, and the new one is deleted.",
        yes="Roll back",
    )
    return blocks.button("Roll back", ids.ROLL_BACK, value=view.rotation.id, ask=ask)


def _input(one: form.Field) -> Block:
    name = f"{PREFIX}{one.name or WHOLE}"
    element = {"type": "plain_text_input", "action_id": name, "multiline": one.lines}
    block: dict[str, object] = {
        "type": "input",
        "block_id": name,
        "optional": one.optional,
        "label": blocks.plain(one.label),
        "element": element,
    }
    return block | ({"hint": blocks.plain(one.hint)} if one.hint else {})


def _modal(
    shown: Sequence[Block],
    *,
    callback: str = "",
    metadata: str = "",
    submit: str = "",
    notify: bool = False,
) -> Mapping[str, object]:
    view: dict[str, object] = {
        "type": "modal",
        "title": blocks.plain(TITLE),
        "close": blocks.plain("Cancel" if submit else "Close"),
        "blocks": list(shown),
    }
    if callback:
        view |= {"callback_id": callback, "private_metadata": metadata}
    if submit:
        view["submit"] = blocks.plain(submit)
    if notify:
        view["notify_on_close"] = True
    return limits.modal(view)


def _moment(at: datetime, view: rotation.View) -> str:
    """``Tue 08:11``: it is a day ahead, or few."""
    on = moments.local(at, view.timezone)
    return f"{moments.weekday(on).split(' ', 1)[0]} {moments.clock(at, view.timezone)}"


def person(by: str) -> str:
    """Return who began it."""
    return blocks.escape(by) if by.startswith("shell:") else blocks.mention(by)


def _code(step: str) -> str:
    return f"`{blocks.clean(step)}`"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
