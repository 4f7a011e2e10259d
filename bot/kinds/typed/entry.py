"""What a person enters, judged before it is kept: the fault named, and nothing of it quoted."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import cast

from bot.kinds.typed import slips
from bot.kinds.typed.form import Ends, Facts, Form

_TOKEN = re.compile(r"eyJ[\w-]{4,}\.(eyJ[\w-]{4,})\.[\w-]*")
"""A JSON Web Token; what is in it can be read by everyone who has it."""
_GRANT = "refresh_token"
_FOREVER = 253_402_300_800
"""The year 10000, in seconds."""


def read(form: Form, text: str, *, now: datetime, pasted: bool = False) -> Facts:
    """Return what a credential tells of itself; raises ValueError in words fit for people.

    ``pasted``: into Slack, where nobody is asked for a refresh token.
    """
    kept = text.strip()
    slips.check(kept)
    fields = slips.members(kept) or {}
    if pasted and fields.get(_GRANT):
        raise ValueError(
            "it is a person's sign-in, which is not entered here; "
            "make one with reportops credential login"
        )
    form.parse(kept)
    ends = ends_of(kept)
    if ends is not None and ends.at <= now:
        raise ValueError(f"its {ends.what} ended on {ends.at:%Y-%m-%d}")
    return Facts(
        text=kept,
        warnings=tuple(_warnings(form, fields)),
        ends=ends,
        made_at=made_at_of(kept),
    )


def ends_of(text: str) -> Ends | None:
    """Return the first end that a credential's text says of itself."""
    fields = slips.members(text) or {}
    known = list(_token_ends(text))
    if (at := instant(fields.get("expires_at"))) is not None:
        known.append(Ends(at=at, what="sign-in" if _GRANT in fields else "token"))
    return min(known, key=lambda one: one.at, default=None)


def made_at_of(text: str) -> datetime | None:
    """Return when it was made, where its text says so."""
    return instant((slips.members(text) or {}).get("made_at"))


def made(form: Form, entered: Mapping[str, str]) -> str:
    """Return the text of a credential of what was entered into the form's fields, by their names.

    Raises ValueError that names the field that is empty.
    """
    parts: dict[str, str] = {}
    for field in form.fields:
        value = entered.get(field.name, "").strip()
        if value:
            parts[field.name] = value
        elif not field.optional:
            raise ValueError(f"“{field.label}” is empty")
    if set(parts) <= {""}:
        return parts.get("", "")
    return json.dumps(parts)


def _warnings(form: Form, fields: Mapping[str, object]) -> Iterator[str]:
    """An account of one project may well read another: that is for people to know."""
    home = fields.get("project_id")
    if form.project and isinstance(home, str) and home != form.project:
        shown = home if re.fullmatch(r"[a-z0-9:.-]{1,60}", home) else "another project"
        yield (
            f"The account is of {shown}, and the source reads {form.project}: "
            "it needs to be let in there."
        )


def _token_ends(text: str) -> Iterator[Ends]:
    for found in _TOKEN.finditer(text):
        body = found[1] + "=" * (-len(found[1]) % 4)
        try:
            raw: object = json.loads(base64.urlsafe_b64decode(body))
        except (ValueError, RecursionError):
            continue
        claims = cast("Mapping[str, object]", raw if isinstance(raw, dict) else {})
        if (at := instant(claims.get("exp"))) is not None:
            yield Ends(at=at, what="token")


def instant(value: object) -> datetime | None:
    """Seconds since 1970, or as ISO 8601 writes it; None where it is neither."""
    if isinstance(value, int | float) and 0 < value < _FOREVER:
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
