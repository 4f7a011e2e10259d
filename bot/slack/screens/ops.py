"""Words to the ops channel that are no incident: broken files, missed runs, refused posts."""

from collections.abc import Collection, Sequence
from itertools import groupby

from bot.domain import delivery, ids, pause, views
from bot.slack import blocks, limits
from bot.slack import ids as names

_MOST_CLIENTS = 9
"""Lines of missed runs; the clients beyond are counted."""
_MOST_TIMES = 3
"""Missed runs of one report that are named."""


def faults(found: Sequence[views.Fault], *, idle: Collection[str] = ()) -> delivery.Body:
    """Return the files that could not be loaded: each fault with its place and remedy. ``idle`` are
    the clients of which no good version is known, so that nothing runs for them.
    """
    noun = "fault" if len(found) == 1 else "faults"
    clients = sorted({fault.client for fault in found})
    where = f"the files of {_listed(clients)}" if any(clients) else "the clients' folder"
    stopped = _listed(sorted(set(clients) & set(idle)))
    ends = (
        f"nothing runs for {stopped} until they are mended"
        if stopped
        else "their last good version runs"
    )
    text = f"⚠️ {len(found)} {noun} in {where}; {ends}"
    parts = [blocks.section(f"*{text}*")]
    for _, alike in groupby(sorted(found, key=_place), key=lambda fault: fault.client):
        parts.append(blocks.section("\n".join(_fault(fault) for fault in alike)))
    return limits.fit(delivery.Body(text=text, blocks=tuple(parts)))


def mended(client: str) -> delivery.Body:
    """Return that a client's files load again."""
    return _say(f"✓ The files of {blocks.escape(client)} are in order again and in force.")


def missed(entries: Sequence[tuple[str, str, str]]) -> delivery.Body:
    """Return the fires nobody ran in time, a line a client: ``(client's name, report's title,
    nominal time)``.
    """
    noun = "run was" if len(entries) == 1 else "runs were"
    grouped = groupby(sorted(entries, key=_client), key=_client)
    lines = [f"🔴 {blocks.escape(name)}: {_fires([*each])}" for name, each in grouped]
    more = len(lines) - _MOST_CLIENTS
    if more > 0:
        lines[_MOST_CLIENTS:] = [f"… and of {more} more {'client' if more == 1 else 'clients'}"]
    text = f"{len(entries)} {noun} missed while the bot was down, beyond the catch-up window"
    small = "`/report rerun CLIENT PERIOD` makes one all the same; so does the digest's *Run now*."
    parts = (blocks.section(f"*{text}*"), blocks.section("\n".join(lines)), blocks.context(small))
    return limits.fit(delivery.Body(text=text, blocks=parts))


def _client(entry: tuple[str, str, str]) -> str:
    return entry[0]


def _fires(entries: Sequence[tuple[str, str, str]]) -> str:
    """The missed fires of one client, by report, such as ``Weekly KPIs due Mon 23 Nov 06:00``."""
    due: dict[str, list[str]] = {}
    for _, title, at in entries:
        due.setdefault(title, []).append(blocks.escape(at))
    return "; ".join(
        f"{blocks.escape(title)} due {', '.join(times[:_MOST_TIMES])}"
        + (f" and {len(times) - _MOST_TIMES} more" if len(times) > _MOST_TIMES else "")
        for title, times in due.items()
    )


def held(name: str, title: str, *, run_id: ids.RunId, hold: str) -> delivery.Body:
    """Return that a report is ready but waits, with the buttons for an operator's word on it.

    ``hold`` is the run's: people from outside read its channel; else its figures differ from those
    sent.
    """
    what = f"{blocks.escape(name)} · {blocks.escape(title)}"
    if hold == "outsiders":
        text = f"🟠 {what} is ready and held: people from outside can read its channel."
        row = (_button("Post it there", names.CONFIRM_AUDIENCE, run_id=run_id),)
        note = "Confirm once, and its posts go out until other people come in."
    else:
        text = f"🟠 {what} was made again, and its figures differ from those that were sent."
        row = (
            _button("Replace", names.REPLACE, run_id=run_id),
            _button("Post as new", names.POST_AS_NEW, run_id=run_id),
            _button("Discard", names.DISCARD, run_id=run_id),
        )
        note = "Replace edits the post and marks it corrected."
    parts = (blocks.section(text), blocks.context(note), blocks.actions(*row))
    return limits.fit(delivery.Body(text=text, blocks=parts))


def absurd(name: str, title: str, *, run_id: ids.RunId, why: Sequence[str]) -> delivery.Body:
    """Return that figures of a report are not as expected, with what may become of it."""
    return _doubted(
        f"🟠 {_what(name, title)} is ready and held: its figures need a look.",
        run_id=run_id,
        why=why,
        note="Nobody was sent anything. `expect:` in client.yaml says what a figure may be.",
    )


def stale(name: str, title: str, *, run_id: ids.RunId, why: Sequence[str]) -> delivery.Body:
    """Return that a report's data was not complete in time, with what may become of it."""
    return _doubted(
        f"🟠 {_what(name, title)} is ready and held: its data is not complete.",
        run_id=run_id,
        why=why,
        note="Nobody was sent anything. `stale: send` in client.yaml sends it, and says so.",
    )


def shown(name: str, title: str, *, run_id: ids.RunId) -> delivery.Body:
    """Return that a report's post would show a credential, with what may become of it."""
    text = f"🔴 {_what(name, title)} is ready and held: its post would show a credential."
    row = (
        _button("Try again", names.TRY_AGAIN, run_id=run_id),
        _button("Discard", names.DISCARD, run_id=run_id),
    )
    note = (
        "Nobody was sent anything. See that no label, text or link of this client shows a secret, "
        "and replace what was shown."
    )
    parts = (blocks.section(text), blocks.context(note), blocks.actions(*row))
    return limits.fit(delivery.Body(text=text, blocks=parts))


def _what(name: str, title: str) -> str:
    return f"{blocks.escape(name)} · {blocks.escape(title)}"


def _doubted(text: str, *, run_id: ids.RunId, why: Sequence[str], note: str) -> delivery.Body:
    lines = "\n".join(f"• {blocks.escape(blocks.one_line(one, 300))}" for one in why[:_MOST_WHY])
    row = (
        _button("Post anyway", names.POST_ANYWAY, run_id=run_id),
        _button("Try again", names.TRY_AGAIN, run_id=run_id),
        _button("Discard", names.DISCARD, run_id=run_id),
    )
    parts = (blocks.section(f"{text}\n{lines}"), blocks.context(note), blocks.actions(*row))
    return limits.fit(delivery.Body(text=text, blocks=parts))


_MOST_WHY = 8


def unsure(waiting: Sequence[tuple[str, str]], *, at: str) -> delivery.Body:
    """Return what is ready and held since nobody can say who would read it: ``(client's name,
    report's title)``; none: all of it went on.
    """
    if not waiting:
        return _say(f"✓ Slack says again who reads the channels; what was held goes on ({at}).")
    if len(waiting) == 1:
        (name, title), *_ = waiting
        what = f"{blocks.escape(name)} · {blocks.escape(title)}"
        return _say(f"🟠 {what} is ready and held: {_UNSURE}")
    lines = [f"• {blocks.escape(name)} · {blocks.escape(title)}" for name, title in sorted(waiting)]
    more = len(lines) - _MOST_CLIENTS
    if more > 0:
        lines[_MOST_CLIENTS:] = [f"… and {more} more"]
    text = f"🟠 {len(waiting)} reports are ready and held: {_UNSURE}"
    parts = (blocks.section(text), blocks.section("\n".join(lines)))
    return limits.fit(delivery.Body(text=text, blocks=parts))


_UNSURE = (
    "Slack does not say who can read where they go. They are posted by themselves once Slack does. "
    "If that lasts, look whether the app still has every permission of manifest.yml, and "
    "reinstall it."
)
_CHOSEN = {
    "replace": "its post is replaced, and marked corrected",
    "new": "it is posted as new",
    "discard": "it is discarded; nothing more is posted",
    "post": "it goes out as it is",
    "again": "it is tried again",
    "confirm": "it goes out in its channel",
    "identify": "its numbers are confirmed, and go out",
    "skip": "it is skipped this time",
}
_WENT = {
    "identity": "it is confirmed by now whose numbers they are; it goes on by itself",
    "outsiders": "nobody from outside reads its channel any more; it goes on by itself",
}


def went_on(name: str, title: str, *, hold: str, at: str) -> delivery.Body:
    """Return what ``held`` becomes once its reason went by itself."""
    what = f"{blocks.escape(name)} · {blocks.escape(title)}"
    return _say(f"✓ {what} was held: {_WENT[hold]} ({at}).")


def decided(name: str, title: str, *, choice: str, by: ids.UserId | None, at: str) -> delivery.Body:
    """Return what ``held`` becomes once somebody chose."""
    what = f"{blocks.escape(name)} · {blocks.escape(title)}"
    return _say(f"✓ {what} was held: {_CHOSEN[choice]} ({_person(by)}, {at}).")


def _person(by: ids.UserId | None) -> str:
    if by is None:
        return "by itself"
    return blocks.escape(by) if by.startswith("shell:") else blocks.mention(by)


def paused(by_us: pause.Pause, name: str) -> delivery.Body:
    """Return that the bot itself paused a client and why, with the button that ends it; or, once it
    was ended, that it was.
    """
    what = blocks.escape(name)
    if by_us.resumed_at is not None:
        return _say(f"⚪ {what} was paused by reportops: {by_us.reason}. It is resumed.")
    text = f"⚪ {what} is paused by reportops: {by_us.reason}."
    note = "Nothing runs for it until somebody resumes it; its cards say what is to be mended."
    resume = blocks.button("Resume", names.MENU_RESUME, value=by_us.client)
    parts = (blocks.section(text), blocks.context(note), blocks.actions(resume))
    return limits.fit(delivery.Body(text=text, blocks=parts))


def _button(label: str, action: str, *, run_id: ids.RunId) -> delivery.Block:
    return blocks.button(label, action, value=run_id)


def renumbered(names: Sequence[str], old: ids.ChannelId, *, now: ids.ChannelId) -> delivery.Body:
    """Return that Slack gave a channel another id, and in whose files to write it."""
    where = ", ".join(f"`{blocks.escape(name)}/client.yaml`" for name in names)
    return _say(
        f"🟠 Slack gave {blocks.channel(now)} another id. Write `{now}` where `{old}` stands in "
        f"{where}; until then nothing can be posted there."
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(blocks.escape(name) for name in names if name)


def _place(fault: views.Fault) -> tuple[str, str, int]:
    return (fault.client, fault.file, fault.line)


def _fault(fault: views.Fault) -> str:
    place = f"{blocks.escape(fault.file)}:{fault.line}"
    key = f" {blocks.escape(fault.key)}" if fault.key else ""
    told = f"{blocks.escape(fault.problem)} {blocks.escape(fault.remedy)}".strip()
    return f"• {place}{key}: {told}"


def _say(text: str) -> delivery.Body:
    return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text),)))
