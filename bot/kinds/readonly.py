"""What a query's text does, as a parser reads it: one SELECT, that and nothing else.

A run asks before it sends anything; ``reportops check`` asks of the files, before any run.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import errors as sqlglot_errors
from sqlglot import exp


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
DIALECTS: Mapping[str, Dialect] = {one.name: one for one in (POSTGRES, SNOWFLAKE, BIGQUERY)}
"""Kind of source → the language of its queries. Other kinds judge their queries by themselves."""


class Unparsed(ValueError):  # noqa: N818 - named for what it is
    """The text is not of its language; says why, in the parser's words."""


def fault(sql: str, dialect: Dialect) -> str | None:
    """Return why the text is not one SELECT that only reads; None where it is.

    Raises Unparsed.
    """
    # What it cannot parse as itself it warns of and keeps as a Command, which we refuse anyway.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        return _fault(sqlglot.parse(sql, read=dialect.name), dialect)
    except (sqlglot_errors.SqlglotError, RecursionError) as error:
        raise Unparsed(words(error)) from None


def _fault(parsed: Iterable[object], dialect: Dialect) -> str | None:
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


def words(error: Exception) -> str:
    """Return the parser's own words, without the marks of a terminal that it puts into them."""
    if isinstance(error, sqlglot_errors.ParseError) and error.errors:
        first = error.errors[0]
        said = str(first["description"]).partition(" but got")[0].strip().removesuffix(".")
        return f"{said} (line {first['line']}, column {first['col']})"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).splitlines()[0]
