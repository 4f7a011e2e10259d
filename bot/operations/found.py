"""What a look at a client found, in words for a person who may act: in Slack and in the shell."""

from collections.abc import Iterator

from bot.domain.report import Identity
from bot.operations import answers
from bot.slack import moments
from bot.slack.screens import credential
from bot.slack.screens.checked import Line, Whole


def whole(told: answers.Checked) -> Whole:
    """Return each source, and the channel, on a line of its own."""
    sources = tuple(
        Line(label=one.label, ok=not one.failed, text=_state(one), notes=tuple(_notes(one, told)))
        for one in told.sources
    )
    return Whole(
        client=told.client, name=told.client_name, lines=(*sources, _channel(told)), at=told.at
    )


def _channel(told: answers.Checked) -> Line:
    where = "its channel" if told.live else "the ops channel, before it is live"
    text = f"can be posted in {where}" if told.asked else "not asked, since no bot runs"
    return Line(label="Slack", ok=not told.slack, text=told.slack or text)


def _notes(one: answers.Source, told: answers.Checked) -> Iterator[str]:
    if one.was is not None:
        day = moments.day(moments.local(one.was.at, told.timezone))
        yield f"confirmed on {day} by {one.was.by}: {_words(one.was.identity)}"
    if one.others:
        yield f"the same account is confirmed for {', '.join(one.others)}"
    if one.credential is not None:
        known = credential.words(one.credential, zone=told.timezone, now=told.at)
        yield f"{one.credential.reference}: {known}"


def _state(one: answers.Source) -> str:
    if one.failed:
        return f"failed. {one.failed}"
    if not one.identity.settings:
        return "files of its own folder, nothing is asked"
    told = _words(one.identity)
    if not one.identity.name:
        told += " (nothing was asked)"
    if one.was is not None:
        return f"{told}: ANOTHER than was confirmed"
    return f"{told}: {'not confirmed yet' if one.doubted else 'confirmed'}"


def _words(one: Identity) -> str:
    """Return an identity as far as it was told; what cannot tell is known by its settings."""
    what = (one.name, one.account, one.domain, one.currency or "", one.timezone or "")
    known = list(dict.fromkeys(part for part in what if part))
    return ", ".join(known) if known else one.settings
