"""Queries in GAQL, Google Ads' language: one SELECT, into which the period goes by itself.

https://developers.google.com/google-ads/api/docs/query/grammar: no comments, no brackets, no OR;
``FROM … WHERE … AND … ORDER BY … LIMIT … PARAMETERS …``. We take lines of ``--`` away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain import period
from bot.worker.sources import base

_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[A-Za-z_][\w.]*|\S")
_FIELD = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_CLAUSES = ("SELECT", "FROM", "WHERE", "ORDER", "LIMIT", "PARAMETERS")
_DATES = frozenset(f"segments.{one}" for one in ("date", "week", "month", "quarter", "year"))


class RefusedError(ValueError):
    """It is not one SELECT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query's clauses, without their first words."""

    fields: tuple[str, ...]
    resource: str
    conditions: str = ""
    rest: str = ""
    """From ORDER BY on."""
    limited: bool = False

    def text(self, during: period.Period) -> str:
        """The query for a period, bounded."""
        asked = (
            f"SELECT {', '.join(self.fields)} FROM {self.resource}"  # noqa: S608 - checked names
            f" WHERE segments.date BETWEEN '{during.start}' AND '{during.last_day}'"
        )
        asked += f" AND {self.conditions}" if self.conditions else ""
        asked += f" {self.rest}" if self.rest else ""
        return asked if self.limited else _bounded(asked)


def read(text: str) -> Query:
    """Take a query apart; raises RefusedError or ValueError, in words."""
    plain = _COMMENT.sub("", text).strip().removesuffix(";").strip()
    parts = dict(_clauses(plain))
    fields = tuple(one.strip() for one in parts["SELECT"].split(","))
    for one in fields:
        if not _FIELD.fullmatch(one):
            raise ValueError(f"“{one[:60]}” is no field, such as metrics.clicks")
    if not re.fullmatch(r"[a-z_]+", parts.get("FROM", "")):
        raise ValueError("it needs FROM and one resource, such as campaign")
    conditions = parts.get("WHERE", "")
    if named := _DATES.intersection(_TOKEN.findall(conditions)):
        raise ValueError(f"the period goes in by itself: take {min(named)} out of WHERE")
    rest = [f"{name} {parts[name]}" for name in ("ORDER", "LIMIT", "PARAMETERS") if name in parts]
    return Query(
        fields=fields,
        resource=parts["FROM"],
        conditions=conditions,
        rest=" ".join(rest),
        limited="LIMIT" in parts,
    )


def column(field: str) -> str:
    """Return what a field's column is called: metrics.cost_micros is ``cost``."""
    bare = re.sub(r"^(?:metrics|segments)\.", "", field).replace(".", "_")
    return bare.removesuffix("_micros")


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """Yield each clause's first word and what follows it; they stand in one order, each once."""
    found = [
        (word.upper(), place.start(), place.end())
        for place in _TOKEN.finditer(text)
        if (word := place[0]).upper() in _CLAUSES or word == ";"
    ]
    if not found or found[0][:2] != ("SELECT", 0):
        raise RefusedError("it is not a SELECT")
    names = [name for name, *_ in found]
    if ";" in names or names.count("SELECT") > 1:
        raise RefusedError("it is more than one statement")
    if names != sorted(set(names), key=_CLAUSES.index):
        raise ValueError(f"its clauses stand in another order than {', '.join(_CLAUSES)}")
    ends = [start for _, start, _ in found[1:]] + [len(text)]
    for (name, _, start), end in zip(found, ends, strict=True):
        yield name, text[start:end].strip()


def _bounded(text: str) -> str:
    """With one row more than may come, to notice; PARAMETERS stay last."""
    asked, mark, parameters = text.partition(" PARAMETERS ")
    return f"{asked} LIMIT {base.MOST_ROWS + 1}{mark}{parameters}"
