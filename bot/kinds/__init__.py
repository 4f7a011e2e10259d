"""Every source kind there is: its settings, words and limits, without its client library."""

from collections.abc import Mapping

from bot.kinds import (
    bigquery,
    duckdb,
    ga4,
    googleads,
    httpjson,
    installed,
    linkedinads,
    looker,
    metaads,
    postgres,
    sheets,
    snowflake,
)
from bot.kinds.kind import Kind, Problem, Request, Settings

__all__ = ["KINDS", "OURS", "Kind", "Problem", "Request", "Settings"]

OURS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        duckdb.KIND,
        bigquery.KIND,
        postgres.KIND,
        snowflake.KIND,
        ga4.KIND,
        sheets.KIND,
        httpjson.KIND,
        looker.KIND,
        googleads.KIND,
        metaads.KIND,
        linkedinads.KIND,
    )
}
"""By the name that client.yaml uses. Another kind is one more file and one more entry."""

KINDS = installed.Kinds(OURS)
"""Ours, and those that other packages bring, each loaded when it is asked for."""
