"""A query's text, judged (bot.kinds.readonly) and its parameters found, as a parser reads it.

A grant that only reads is the first wall and the source's own read-only session the second; this
is the one that stands before anything is sent. What cannot be parsed is not sent either.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlglot
from sqlglot import errors as sqlglot_errors

from bot.domain.run import FailureCode
from bot.kinds import readonly
from bot.worker.sources import base

_NAME = re.compile(r"[A-Za-z_]\w*")


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


def read(access: base.Access, ask: base.Ask, *, dialect: readonly.Dialect) -> Statement:
    """Read a query; RunError for one that does not parse, or does anything but read."""
    try:
        fault = readonly.fault(ask.sql, dialect)
        marks = tuple(_marks(ask.sql, dialect))
    except (readonly.Unparsed, sqlglot_errors.SqlglotError) as error:
        said = readonly.words(error)
        raise access.failed(FailureCode.QUERY_INVALID, about=ask, said=said) from None
    if fault is not None:
        raise access.failed(FailureCode.QUERY_REFUSED, about=ask, fault=fault)
    bound = access.bound((mark.name for mark in marks), ask, mark=dialect.mark)
    return Statement(sql=ask.sql, bound=bound, marks=marks)


def _marks(sql: str, dialect: readonly.Dialect) -> Iterator[_Mark]:
    """The parameters: a mark that stands alone, and a name right behind it."""
    tokens = sqlglot.tokenize(sql, read=dialect.name)
    for mark, name in pairwise(tokens):
        start, end = mark.start, name.end + 1
        is_double = sql[start - 1 : start] == dialect.mark
        is_whole = sql[start:end] == f"{dialect.mark}{name.text}"
        if mark.text == dialect.mark and is_whole and not is_double and _NAME.fullmatch(name.text):
            yield _Mark(name=name.text, start=start, end=end)
