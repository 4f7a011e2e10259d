"""Every form of credential there is, by the kind of source; each is loaded when asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from bot.kinds.typed import form

_MODULES: Mapping[str, str] = {
    "bigquery": "google",
    "ga4": "google",
    "google_sheets": "google",
    "google_ads": "googleads",
    "http_json": "http",
    "linkedin_ads": "linkedinads",
    "looker": "looker",
    "meta_ads": "metaads",
    "postgres": "postgres",
    "snowflake": "snowflake",
    "anthropic": "anthropic",
}
MODEL = "anthropic"
"""The kind of a client's own model key, which is no source's."""


def of(kind: str, settings: Mapping[str, object] | None = None) -> form.Form:
    """Return the form of the credential of a source of this kind, with these settings.

    A kind of another package has the plainest one: a text.
    """
    module = _MODULES.get(kind)
    if module is None:
        return _plain(kind)
    make = cast("form.Make", import_module(f"bot.kinds.typed.{module}").form)
    return make(settings or {})


def _plain(kind: str) -> form.Form:
    return form.Form(
        name=kind, label="Credential", fields=form.whole("Credential", lines=True), parse=str
    )
