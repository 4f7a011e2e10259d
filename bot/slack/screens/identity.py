"""Words to the operators on whose data a client's sources serve; never for a client's channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain import delivery, ids
from bot.domain.identity import Doubt
from bot.domain.report import Identity
from bot.rendering import text as words
from bot.slack import blocks, limits, moments
from bot.slack import ids as names

_MOST = 8
"""Sources that are named; the rest is counted."""
_WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whose is this?"""

    client: str
    """Its name."""
    title: str
    """The report's."""
    run: ids.RunId
    stamp: str
    """Stands for what is shown (domain.identity.stamp)."""
    doubts: Sequence[Doubt]
    labels: Mapping[str, str]
    """Source → what people call it."""
    zone: str


def held(asked: Question) -> delivery.Body:
    """Return that a report is ready and held, since its sources serve what nobody has confirmed, or
    something else than was confirmed.
    """
    name, title = blocks.escape(asked.client), blocks.escape(asked.title)
    whose = words.possessive(name)
    changed = any(one.was for one in asked.doubts)
    why = (
        f"its numbers come from elsewhere than was confirmed. Are they {whose}?"
        if changed
        else f"nobody has confirmed yet that its numbers are {whose}."
    )
    text = f"🟠 {name} · {title} is ready and held: {why}"
    note = (
        "Nobody was sent anything. If they are not, an id was copied or a credential swapped: mend "
        "it, then press Try again."
    )
    row = (
        blocks.button("Confirm and post", names.IDENTITY_POST, value=_value(asked)),
        blocks.button("Try again", names.TRY_AGAIN, value=asked.run),
        blocks.button("Discard", names.DISCARD, value=asked.run),
    )
    parts = (blocks.section(f"{text}\n{_lines(asked)}"), blocks.context(note), blocks.actions(*row))
    return limits.fit(delivery.Body(text=text, blocks=parts))


def served(asked: Question) -> delivery.Body:
    """Return whose data an internal client's sources serve, to be confirmed before it is live; or,
    where nothing is in doubt any more, that it is confirmed.
    """
    name = blocks.escape(asked.client)
    if not asked.doubts:
        text = f"✓ It is confirmed that the numbers of {name} are its own."
        return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text),)))
    whose = words.possessive(name)
    text = f"❔ {whose} numbers come from here. Are they {whose}?"
    note = "Confirm once; until then nothing can be posted to the client when it goes live."
    button = blocks.button("Confirm", names.IDENTITY_CONFIRM, value=_value(asked))
    parts = (
        blocks.section(f"{text}\n{_lines(asked)}"),
        blocks.context(note),
        blocks.actions(button),
    )
    return limits.fit(delivery.Body(text=text, blocks=parts))


def told(one: Identity) -> str:
    """Return an identity in words: name, id, domain, currency and zone, as far as it was told."""
    what = (one.name, one.account, one.domain, one.currency or "", one.timezone or "")
    known = list(dict.fromkeys(part for part in what if part)) or [one.settings]
    return ", ".join(blocks.escape(blocks.one_line(part, _WORDS)) for part in known)


def _value(asked: Question) -> str:
    return f"{asked.run}:{asked.stamp}"


def _lines(asked: Question) -> str:
    lines = [_line(one, asked) for one in asked.doubts[:_MOST]]
    more = len(asked.doubts) - _MOST
    return "\n".join(lines + ([f"… and {more} more"] if more > 0 else []))


def _line(one: Doubt, asked: Question) -> str:
    """A source as it is now, beside what was confirmed of it. Where it calls itself the same, its
    settings tell the two apart.
    """
    label = blocks.escape(asked.labels.get(one.now.source, one.now.source))
    now, was = told(one.now), "" if one.was is None else told(one.was.identity)
    if one.was is not None and now == was:
        now = f"{now} ({blocks.escape(one.now.settings)})"
        was = f"{was} ({blocks.escape(one.was.identity.settings)})"
    line = f"• {label}: {now}"
    if one.others:
        others = ", ".join(map(blocks.escape, one.others))
        line += f"\n    ⚠️ the same account is confirmed for {others}"
    if one.was is not None:
        day = moments.day(moments.local(one.was.at, asked.zone))
        line += f"\n    confirmed on {day} by {_person(one.was.by)}: {was}"
    return line


def _person(by: ids.UserId) -> str:
    return blocks.escape(by) if by.startswith("shell:") else blocks.mention(by)
