"""Google Ads' credential: Google's JSON, and the developer token beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.kinds.typed import form as forms
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


def form(_settings: Mapping[str, object]) -> forms.Form:
    """Google's JSON, with one more field in it."""
    return forms.Form(
        name="google_ads",
        label="Google Ads login",
        fields=forms.whole(
            "Service account key",
            hint=f"The whole JSON file, with “{_TOKEN}” added to it.",
            lines=True,
        ),
        parse=parse,
        login="google",
    )
