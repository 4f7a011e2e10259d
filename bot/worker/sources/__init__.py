"""Every source there is; a kind's client library is imported by the run that needs it."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import cast

from bot import errors, kinds
from bot.domain import run, spec
from bot.kinds.typed import google
from bot.worker.sources import base

SOURCES: Mapping[str, str] = {
    "duckdb": "bot.worker.sources.duckdb",
    "bigquery": "bot.worker.sources.bigquery",
    "postgres": "bot.worker.sources.postgres",
    "snowflake": "bot.worker.sources.snowflake",
    "ga4": "bot.worker.sources.ga4",
    "google_sheets": "bot.worker.sources.sheets",
    "http_json": "bot.worker.sources.httpjson",
    "looker": "bot.worker.sources.looker",
    "google_ads": "bot.worker.sources.googleads",
    "meta_ads": "bot.worker.sources.metaads",
    "linkedin_ads": "bot.worker.sources.linkedinads",
}
"""Kind → the module that offers ``open_source``; of other packages' kinds it is ``Kind.module``."""


def open_source(access: base.Access) -> base.Source:
    """Open the source that the access describes; raises RunError."""
    opener = cast("base.Opener", _module(access.spec).open_source)
    return opener(access)


def parser(of: spec.SourceSpec) -> base.Parser:
    """Return what reads its credential: its module's own, or that of Google's JSON."""
    return cast("base.Parser", getattr(_module(of), "parse_credential", google.parse))


def _module(of: spec.SourceSpec) -> ModuleType:
    name = SOURCES.get(of.kind) or kinds.KINDS[of.kind].module
    try:
        return import_module(name)
    except ImportError as error:
        missing = error.name or name
        fault = f"the Python package {missing} is not installed where the bot runs"
        failure = run.Failure(
            code=run.FailureCode.CONFIGURATION,
            source=of.name,
            kind=of.kind,
            params={"fault": fault[:200]},
        )
        raise errors.RunError(failure) from None
