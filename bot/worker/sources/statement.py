"""What a query's text does and names, as a parser reads it: one SELECT, that and nothing else.

A grant that only reads is the first wall and the source's own read-only session the second; this
is the one that stands before anything is sent. What cannot be parsed is not sent either.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlglot
from sqlglot import errors as sqlglot_errors
from sqlglot import exp

from bot.domain.run import FailureCode
from bot.worker.sources import base

_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A language, the way its queries name parameters, and what it can do behind a SELECT."""

    name: str
    """As sqlglot calls it."""
    mark: str
    acts: re.Pattern[str]
    """Functions that do something besides computing a value; matched in lower case."""


POSTGRES = Dialect(
    name="postgres",
    mark=":",
    acts=re.compile(
        r"set_config|nextval|setval|pg_notify|dblink.*|lo_.*|pg_(terminate|cancel)_backend"
        r"|pg_(try_)?advisory_.*|pg_(reload|rotate|switch|create|drop|promote|backup|wal)_.*"
        r"|pg_(logical|replication)_.*|pg_(read|stat)_(binary_)?file|pg_ls_.*"
    ),
)
SNOWFLAKE = Dialect(name="snowflake", mark="$", acts=re.compile(r"system\$.*"))
BIGQUERY = Dialect(name="bigquery", mark="@", acts=re.compile(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A parameter where it stands in the text."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SELECT and its parameters."""

    sql: str
    bound: Mapping[str, base.Parameter]
    """Name → value, of the names in it."""
    marks: Sequence[_Mark]

    def written(self, write: Callable[[str], str]) -> str:
        """Return the text with what ``write`` returns for each name in the place of its mark."""
        parts, done = list[str](), 0
        for mark in self.marks:
            parts += (self.sql[done : mark.start], write(mark.name))
            done = mark.end
        return "".join((*parts, self.sql[done:]))


def read(access: base.Access, ask: base.Ask, *, dialect: Dialect) -> Statement:
    """Read a query; RunError for one that does not parse, or does anything but read."""
    try:
        fault = _fault(ask.sql, dialect)
        marks = tuple(_marks(ask.sql, dialect))
    except (sqlglot_errors.SqlglotError, RecursionError) as error:
        said = _words(error)
        raise access.failed(FailureCode.QUERY_INVALID, about=ask, said=said) from None
    if fault is not None:
        raise access.failed(FailureCode.QUERY_REFUSED, about=ask, fault=fault)
    bound = access.bound((mark.name for mark in marks), ask, mark=dialect.mark)
    return Statement(sql=ask.sql, bound=bound, marks=marks)


def _fault(sql: str, dialect: Dialect) -> str | None:
    """Why the text is not one SELECT that only reads; None where it is."""
    # What it cannot parse as itself it warns of and keeps as a Command, which we refuse anyway.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    parsed = sqlglot.parse(sql, read=dialect.name)
    trees = [one for one in parsed if one is not None and not isinstance(one, exp.Semicolon)]
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        return "it is not one single SELECT"
    return next(filter(None, (_act(node, dialect) for node in trees[0].walk())), None)


def _act(node: object, dialect: Dialect) -> str | None:
    """What a part of a SELECT does besides reading; None for nothing."""
    match node:
        case exp.CTE() if not isinstance(node.this, (exp.Query, exp.Values)):
            return f"its {node.alias} is not a SELECT"
        case exp.Insert() | exp.Update() | exp.Delete() | exp.Merge() | exp.Command():
            return "it holds a statement that is not a SELECT"
        case exp.Into():
            return "it writes its result INTO a table"
        case exp.Lock():
            return "it locks the rows that it reads"
        case exp.Func() if dialect.acts.fullmatch(name := _called(node)):
            return f"{name} does more than read"
        case _:
            return None


def _called(node: exp.Func) -> str:
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
    return name.casefold()


def _marks(sql: str, dialect: Dialect) -> Iterator[_Mark]:
    """The parameters: a mark that stands alone, and a name right behind it."""
    tokens = sqlglot.tokenize(sql, read=dialect.name)
    for mark, name in pairwise(tokens):
        start, end = mark.start, name.end + 1
        is_double = sql[start - 1 : start] == dialect.mark
        is_whole = sql[start:end] == f"{dialect.mark}{name.text}"
        if mark.text == dialect.mark and is_whole and not is_double and _NAME.fullmatch(name.text):
            yield _Mark(name=name.text, start=start, end=end)


def _words(error: Exception) -> str:
    """The parser's own words, without the marks of a terminal that it puts into them."""
    if isinstance(error, sqlglot_errors.ParseError) and error.errors:
        first = error.errors[0]
        said = str(first["description"]).partition(" but got")[0].strip().removesuffix(".")
        return f"{said} (line {first['line']}, column {first['col']})"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).splitlines()[0]
