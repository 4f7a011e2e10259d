"""Google Ads' credential: Google's JSON, and the developer token beside it."""

from dataclasses import dataclass, field

from bot.kinds.typed import google

_TOKEN = "developer_token"  # noqa: S105 - a field's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(google.Credential):
    """A service account or a person's grant, and the token of who made the program."""

    developer_token: str = field(repr=False)


def parse(text: str) -> Credential:
    """Read ``{"type": …, "developer_token": …}``; raises ValueError that quotes nothing."""
    found = google.parse(text)
    token = found.info.get(_TOKEN, "").strip()
    if not token:
        raise ValueError(f"it has no “{_TOKEN}”; write it into the JSON, beside “type”")
    if not (token.isascii() and token.isprintable()):
        raise ValueError(f"its “{_TOKEN}” holds characters that cannot be sent")
    info = {name: value for name, value in found.info.items() if name != _TOKEN}
    return Credential(type=found.type, info=info, developer_token=token)
