"""A session and a query of the Snowflake double, as they were asked for."""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from bot.demo import snowflakesql
from bot.demo.loopback import Json

_HISTORY = re.compile(r"TABLE\((?:\w+\.)?INFORMATION_SCHEMA\.QUERY_HISTORY_BY_SESSION\([^)]*\)\)")


@dataclass(slots=True, kw_only=True)
class Session:
    """One login."""

    token: str
    master: str
    user: str
    parameters: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Query:
    """One query as the double knows it."""

    id: str
    asked: Json
    """The request, as it came."""
    session: Session
    result: snowflakesql.Result | None = None
    error: snowflakesql.Invalid | None = None
    aborted: bool = False
    took: int = 0
    """Milliseconds of a warehouse, as its history has them."""
    size: str = "X-Small"
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def sql(self) -> str:
        """Its text."""
        return str(self.asked["sqlText"])

    @property
    def tag(self) -> str:
        """What its session says that it is for."""
        return self.session.parameters.get("QUERY_TAG", "")

    @property
    def bound(self) -> Sequence[object]:
        """The values of its question marks, in their order."""
        values = cast("Mapping[str, Mapping[str, str | None]]", self.asked.get("bindings") or {})
        return [
            snowflakesql.bound(str(values[number]["type"]), values[number]["value"])
            for number in sorted(values, key=int)
        ]


def asks_history(sql: str) -> bool:
    """Whether a statement asks what its session did."""
    return _HISTORY.search(sql) is not None


def with_history(sql: str, queries: Iterable[Query]) -> str:
    """Return the statement with the session's queries in the place of the table function."""
    rows = ", ".join(f"('{one.id}', {one.took}, '{one.size}')" for one in queries)
    return _HISTORY.sub(f"(VALUES {rows}) AS h(query_id, execution_time, warehouse_size)", sql)
