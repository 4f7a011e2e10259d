"""A client's own key for the model."""

from collections.abc import Mapping

from bot.kinds.typed import form as forms

_BEGINS = "sk-ant-"
_ADMIN = "sk-ant-admin"


def parse(text: str) -> str:
    """Read an API key; raises ValueError that quotes nothing."""
    key = text.strip()
    if not key.startswith(_BEGINS):
        raise ValueError(f"an Anthropic API key begins with {_BEGINS}")
    if key.startswith(_ADMIN):
        raise ValueError("it is an admin key, which cannot ask a model; make an API key")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError("it holds a line break or characters that cannot be sent")
    return key


def form(_settings: Mapping[str, object]) -> forms.Form:
    """One line."""
    return forms.Form(
        name="anthropic", label="Anthropic API key", fields=forms.whole("API key"), parse=parse
    )
