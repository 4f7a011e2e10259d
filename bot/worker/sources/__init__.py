"""Every source there is; a kind's client library is imported by the run that needs it."""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from bot.worker.sources import base

SOURCES: Mapping[str, str] = {
    "duckdb": "bot.worker.sources.duckdb",
    "bigquery": "bot.worker.sources.bigquery",
}
"""Kind → the module that offers ``open_source``."""


def open_source(access: base.Access) -> base.Source:
    """Open the source that the access describes; raises RunError."""
    module = import_module(SOURCES[access.spec.kind])
    opener = cast("base.Opener", module.open_source)
    return opener(access)
