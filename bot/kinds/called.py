"""What people call a source of a client."""

from collections.abc import Mapping

from bot import kinds
from bot.domain import spec


def label(sources: Mapping[str, spec.SourceSpec], name: str) -> str:
    """Return its kind's label, with its own name where the client has two of the kind; a name that
    the client's file does not hold stays as it is.
    """
    found = sources.get(name)
    kind = kinds.KINDS.get(found.kind) if found else None
    if found is None or kind is None:
        return name
    alike = sum(one.kind == found.kind for one in sources.values())
    return kind.label if alike == 1 else f"{kind.label} ({found.name})"
