"""PostgreSQL's credential: a password, or the address with the password in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from bot.kinds.typed import form as forms

_SCHEMES = ("postgres://", "postgresql://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A password, and what the address says beside it; None where it says nothing.

    The settings decide where to go; an address may only agree with them.
    """

    password: str = field(repr=False)
    host: str | None = None
    port: int | None = None
    database: str | None = None
    user: str | None = None


def parse(text: str) -> Credential:
    """Read ``postgresql://user:password@host:port/database?…``, or take the text as the password.

    What stands behind the ``?`` is not read. Raises ValueError whose words hold nothing of it.
    """
    line = text.strip()
    if not line.startswith(_SCHEMES):
        if "\n" in line:
            raise ValueError("it has several lines; a password or a postgresql:// address has one")
        return Credential(password=line)
    try:
        parts = urlsplit(line)
        port = parts.port
    except ValueError:
        raise ValueError("its postgresql:// address cannot be read") from None
    if not parts.password:
        raise ValueError("its postgresql:// address holds no password")
    return Credential(
        password=unquote(parts.password),
        host=parts.hostname,
        port=port,
        database=unquote(parts.path.removeprefix("/")) or None,
        user=_user(parts),
    )


def _user(parts: SplitResult) -> str | None:
    return unquote(parts.username) if parts.username else None


def form(_settings: Mapping[str, object]) -> forms.Form:
    """A password, alone or in its address."""
    return forms.Form(
        name="postgres",
        label="PostgreSQL password",
        fields=forms.whole("Password", hint="Or the postgresql:// address with it."),
        parse=parse,
    )
