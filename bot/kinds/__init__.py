"""Every source kind there is: its settings, words and limits, without its client library."""

from collections.abc import Mapping

from bot.kinds import bigquery, duckdb
from bot.kinds.kind import Kind, Problem, Settings

__all__ = ["KINDS", "Kind", "Problem", "Settings"]

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (duckdb.KIND, bigquery.KIND)}
"""By the name that client.yaml uses. Another kind is one more file and one more entry."""
