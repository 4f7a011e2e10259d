"""What a query asks: a file in its source's language, or a typed request, as its kind takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from bot import kinds
from bot.catalog import faults, model, plain, sql, yaml
from bot.domain import spec

_FILE = "Write sql: and the name of a file in this folder."
SOURCE, NONE = "source", "none"
"""What a query's ``fresh`` may say beside a file: who knows how far its data goes; nobody."""
_REQUEST = "Write request: and what is wanted; docs/sources.md shows how."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query's question; an empty one where it has faults."""

    sql: str = ""
    file: str
    """Where it stands, relative to the client's folder."""
    request: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One query or breakdown while it is being checked."""

    folder: Path
    place: faults.Place
    found: faults.Faults
    kind: kinds.Kind | None
    """None: its source is of none that we know."""

    def read(self, shape: model.QueryShape | model.BreakdownShape) -> Asked:
        """Return what is asked; what is wrong with it goes to ``found``."""
        file = shape.sql or faults.FILE
        if not self._fits(shape):
            return Asked(file=file)
        text = self._text(shape.sql) if shape.sql is not None else ""
        request = self._request(shape.request) if shape.request is not None else None
        return Asked(sql=text, file=file, request=request)

    def gate(self, fresh: str | None) -> spec.Gate | None:
        """Return the file that says how far the data goes; None: there is none."""
        if fresh is None or fresh in {SOURCE, NONE}:
            return None
        if self.kind is not None and self.kind.mark is None:
            problem = f"A {self.kind.name} source takes no file."
            self.found.add((*self.place, "fresh"), problem, remedy="Write source or none.")
            return None
        return spec.Gate(sql=self._text(fresh, key="fresh"), file=fresh)

    def _fits(self, shape: model.QueryShape | model.BreakdownShape) -> bool:
        """Whether there is one question, in a form that its kind takes."""
        takes_file = self.kind is None or self.kind.mark is not None
        takes_request = self.kind is None or self.kind.request is not None
        label = self.kind.name if self.kind else "?"
        remedy = _FILE if takes_file else _REQUEST
        if shape.sql is not None and shape.request is not None:
            return self._fault(
                "request", "A query has a file or a request, not both.", remedy=remedy
            )
        if shape.sql is None and shape.request is None:
            return self._fault(
                "sql" if takes_file else "request", "Nothing is asked.", remedy=remedy
            )
        if shape.sql is not None and not takes_file:
            return self._fault("sql", f"A {label} source takes no file.", remedy=remedy)
        if shape.request is not None and not takes_request:
            return self._fault("request", f"A {label} source takes no request.", remedy=remedy)
        if shape.request is not None and getattr(shape, "span", None) is spec.Span.ALL:
            problem = "A request is asked for each period; the source puts the period in."
            return self._fault("span", problem, remedy="Leave span out.")
        return True

    def _fault(self, key: str, problem: str, *, remedy: str) -> bool:
        if not any(self.found.knows((*self.place, one)) for one in ("sql", "request")):
            self.found.add((*self.place, key), problem, remedy=remedy)
        return False

    def _text(self, file: str, *, key: str = "sql") -> str:
        """Return the file's text, checked for its parameters' names; empty where there is none."""
        inner = (*self.place, key)
        try:
            text = sql.read(self.folder, file)
        except sql.Missing as error:
            stands = file if error.line else faults.FILE
            self.found.add(inner, error.text, remedy=error.remedy, file=stands, line=error.line)
            return ""
        if self.kind is not None and self.kind.mark is not None:
            for problem in sql.parameters(text, self.kind.mark):
                self.found.add(
                    inner, problem.text, remedy=problem.remedy, file=file, line=problem.line
                )
        return text

    def _request(self, given: Mapping[str, object]) -> Mapping[str, object] | None:
        if self.kind is None or self.kind.request is None:
            return None
        try:
            request = self.kind.request.model_validate(given)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            within = (*self.place, "request")
            own = cast("dict[str, yaml.Value]", given)
            plain.report(self.kind.request, own, details=details, found=self.found, within=within)
            return None
        return request.model_dump(mode="json", exclude_none=True)
