"""How a client's sources do: at their last use, or at the look ahead where that was later."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import errors
from bot.domain import client, foresight, run, views
from bot.operations import standing
from bot.slack.screens import credential
from bot.store import history

_DOUBTED = "answers, but nobody has confirmed whose data it serves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a client's sources at one moment."""

    uses: Mapping[str, history.Use]
    """Of each source, by its runs."""
    look: foresight.Look | None
    """The newest look ahead."""
    standings: Sequence[foresight.Standing]
    sharing: Mapping[str, int]
    """How many clients use each of the agency's credentials, by its name."""
    doubted: Collection[str]
    """Those of which nobody has confirmed whose data they serve, and a report is held for it."""
    now: datetime


def sources(found: client.Client, known: Known) -> tuple[views.SourceHealth, ...]:
    """Return each, in the order of the client's file."""
    by_reference = {one.reference: one for one in known.standings}
    told: list[views.SourceHealth] = []
    for name, source in found.sources.items():
        ok, failure, at = _newest(name, use=known.uses.get(name), look=known.look)
        own = by_reference.get(source.credential or "")
        parts = [errors.WORDS[failure.code].short] if failure else []
        if ok and name in known.doubted:
            ok, parts = False, [_DOUBTED]
        if own is not None:
            parts.append(credential.words(own, zone=found.timezone, now=known.now, last=not ok))
        told.append(
            views.SourceHealth(
                name=name,
                label=standing.source_label(found, name) or name,
                ok=ok,
                text=", ".join(parts),
                at=at,
                sharing=known.sharing.get(source.agency or "", 0),
            )
        )
    return tuple(told)


def _newest(
    name: str, *, use: history.Use | None, look: foresight.Look | None
) -> tuple[bool | None, run.Failure | None, datetime | None]:
    """Whether it worked, why not, and when that was."""
    if look is not None and name in look.sources and (use is None or use.at < look.at):
        failure = look.sources[name]
        return failure is None, failure, look.at
    if use is None:
        return None, None, None
    return use.failure is None, use.failure, use.at
