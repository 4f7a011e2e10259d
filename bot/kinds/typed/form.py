"""What a credential of one kind is to whoever asks for it: its fields, its faults, its end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to ask a person for."""

    name: str
    """Of the JSON that is made of what was entered; empty: it is the whole text."""
    label: str
    hint: str = ""
    lines: bool = False
    """Whether it has several."""
    optional: bool = False
    open: bool = False
    """Whether it is no secret, such as a user's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """When a credential ends by its own word."""

    at: datetime
    what: str
    """What of it ends, such as “token”."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a credential of good form tells; ``text`` is what to keep, without blanks around it."""

    text: str
    warnings: tuple[str, ...] = ()
    """What may be meant and often is not; whole sentences without any value."""
    ends: Ends | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of credential, as one source needs it."""

    name: str
    label: str
    """What people call it."""
    fields: tuple[Field, ...]
    parse: Callable[[str], object]
    """The text → the typed credential; ValueError names the field and quotes nothing."""
    login: str = ""
    """Whose sign-in makes one (google, linkedin, meta); empty: it is only ever entered."""
    project: str = ""
    """Google Cloud's project that its source names, to be held against the account's own."""
    pasted: bool = True
    """Whether it may be asked for in Slack at all."""


Make = Callable[[Mapping[str, object]], Form]
"""A source's settings → the form of its credential; each module of a kind offers it as ``form``."""


def whole(label: str, *, hint: str = "", lines: bool = False) -> tuple[Field, ...]:
    """Return the one field of a credential that is a single text."""
    return (Field(name="", label=label, hint=hint, lines=lines),)
