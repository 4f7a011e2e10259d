"""Any API that answers in JSON over HTTPS: the way out for what has no kind of its own."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, cast

import jsonpath_rfc9535
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.domain import period
from bot.kinds import address, kind, template

_ACCOUNT = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}$"
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.\[\]-]{0,99}$"
_COLUMN = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"
_ANY = template.values(
    period.Period(kind=period.PeriodKind.DAY, start=date(2026, 11, 16), end=date(2026, 11, 17)),
    "UTC",
    account="x",
)
"""Something for each name of a template."""
_OURS = frozenset({"authorization", "connection", "content-length", "cookie", "host"})


def _json_path(text: str) -> str:
    try:
        jsonpath_rfc9535.compile(text)
    except (jsonpath_rfc9535.JSONPathError, RecursionError):
        raise ValueError("write a JSONPath (RFC 9535), such as $.data.rows") from None
    return text


JsonPath = Annotated[str, Field(max_length=500), AfterValidator(_json_path)]


def _path(text: str) -> str:
    if "?" in text or "#" in text or "\\" in text or not text.isprintable() or " " in text:
        raise ValueError("write a path, such as orders/daily; what follows a “?” belongs to query")
    if text.startswith(("/", "http:", "https:")) or ".." in text or "%2e" in text.casefold():
        raise ValueError("write it beneath the source's url, without a slash before it")
    return text


def _body(text: str) -> str:
    """JSON, once the period is in it."""
    try:
        json.loads(template.filled(text, _ANY))
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON once the period is put in") from None
    return text


def _header(name: str) -> str:
    if name.casefold() in _OURS:
        raise ValueError(f"{name} is set by the source itself; a secret is the credential's")
    return name


def _line(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a header is one line of plain characters")
    return text


def _short(value: object) -> object:
    return {"path": _json_path(value)} if isinstance(value, str) else value


def _linked(value: object) -> object:
    return {"link": True} if value == "link" else value


class HttpJsonSettings(kind.Settings):
    """Which API is asked, how one signs in, and whose data it is."""

    url: address.Base = Field(
        description="What every address begins with, such as https://api.example.com/v2; its host "
        "is the only one that is talked to."
    )
    account: str | None = Field(
        default=None,
        pattern=_ACCOUNT,
        description="Which of the API's accounts is this client's: {account} in requests.",
    )
    auth: Literal["bearer", "basic", "header", "query", "none"] = Field(
        default="bearer",
        description="How the credential is sent: Authorization: Bearer, a user with a password, "
        "headers of its own, or a parameter of the address; none: to an API that is open to all.",
    )
    auth_name: str | None = Field(
        default=None,
        pattern=_NAME,
        description="For header and query: its name, such as X-Api-Key.",
    )
    whose: Annotated[template.Template, AfterValidator(_path)] | None = Field(
        default=None, description="A path that tells whose data this is, such as me."
    )
    whose_name: JsonPath = Field(
        default="$.name", description="Where that answer holds the name: a JSONPath."
    )
    whose_id: JsonPath | None = Field(
        default=None, description="Where it holds an id that never changes, such as $.id."
    )
    currency: str | None = Field(
        default=None,
        pattern=r"^[A-Z]{3}$",
        description="The currency of its money; another than the client's is refused.",
    )
    timeout: kind.Seconds = Field(default=120, description="How long one question may take.")

    @property
    def host(self) -> str:
        """The only one that is talked to; with its port where that is not 443."""
        return address.netloc(self.url)


class Column(BaseModel):
    """One column of the result."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    path: JsonPath = Field(description="Where a row holds it, such as $.total.")
    type: Literal["number", "text", "date", "instant"] = Field(
        default="number", description="What it is; numbers in quotes are numbers too."
    )
    format: str | None = Field(
        default=None,
        max_length=40,
        description="Of a date: as in %d/%m/%Y; of an instant: unix or ms.",
    )


class Paging(BaseModel):
    """How the next page is asked for: by its address, by a cursor, or by a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    next: JsonPath | None = Field(
        default=None, description="Where a page holds the address of the next, on the same host."
    )
    link: bool = Field(
        default=False, description="Whether it stands in the header Link instead, as rel=next."
    )
    cursor: JsonPath | None = Field(
        default=None, description="Where a page holds the mark of the next."
    )
    parameter: str | None = Field(
        default=None,
        pattern=_NAME,
        description="What the mark, or the page's number, is sent as; of a POST, in its body.",
    )
    first: int = Field(default=1, ge=0, le=1, description="The number of the first page.")
    step: int = Field(
        default=1, ge=1, le=10_000, description="What is added to it: for offsets, a page's rows."
    )
    pages: JsonPath | None = Field(
        default=None,
        description="Where a page holds how many there are; without it, until one is empty.",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> "Paging":
        if [self.next is not None, self.link, self.parameter is not None].count(True) != 1:
            raise ValueError("give next, link, or parameter (with cursor, or alone for numbers)")
        if self.parameter is None and self.cursor is not None:
            raise ValueError("a cursor needs the parameter that it is sent as")
        return self


class HttpJsonRequest(kind.Request):
    """One question: what is sent, and where the answer holds the rows and their columns."""

    path: Annotated[template.Template, AfterValidator(_path)] = Field(
        default="", description="Beneath the source's url; may name {period_start} and the like."
    )
    method: Literal["GET", "POST"] = Field(default="GET", description="GET, or POST to search.")
    query: Mapping[Annotated[str, Field(pattern=_NAME)], template.Template] = Field(
        default={}, max_length=50, description="What stands behind the “?”: name: value."
    )
    headers: Mapping[
        Annotated[str, Field(pattern=_NAME), AfterValidator(_header)],
        Annotated[template.Template, AfterValidator(_line)],
    ] = Field(default={}, max_length=20, description="Such as an API's version; never a secret.")
    body: Annotated[template.Template, AfterValidator(_body)] | None = Field(
        default=None, description="Of a POST: JSON as text."
    )
    rows: JsonPath = Field(
        default="$", description="Where the answer holds the list of rows, or the only row."
    )
    columns: Mapping[
        Annotated[str, Field(pattern=_COLUMN)],
        Annotated[Column, BeforeValidator(_short, json_schema_input_type=str | Column)],
    ] = Field(
        default={},
        max_length=30,
        description="A column's name: a JSONPath within a row, for a number; or path and type.",
    )
    sum: tuple[str, ...] = Field(
        default=(), max_length=30, description="Columns that are added up, into one row."
    )
    count: str | None = Field(
        default=None, pattern=_COLUMN, description="A column for how many rows there were."
    )
    error: JsonPath | None = Field(
        default=None,
        description="Where an answer says that it is none, in an API that always says 200; "
        "nothing, null, 0, false and an empty text or list mean all is well.",
    )
    paging: Annotated[
        Paging | None,
        BeforeValidator(_linked, json_schema_input_type=Literal["link"] | Paging | None),
    ] = Field(
        default=None,
        description="How the next page is asked for; link: as its header Link says (RFC 8288).",
    )

    @model_validator(mode="after")
    def _holds(self) -> "HttpJsonRequest":
        numbers = {name for name, column in self.columns.items() if column.type == "number"}
        if unknown := [name for name in self.sum if name not in numbers]:
            raise ValueError(f"sum names {unknown[0]}, which is no column of numbers")
        if not self.columns and self.count is None:
            raise ValueError("give columns, or count")
        if self.body is not None and self.method != "POST":
            raise ValueError("a body needs method: POST")
        return self


def _hosts(settings: kind.Settings) -> tuple[str, ...]:
    return (cast("HttpJsonSettings", settings).host,)


def _identity(settings: kind.Settings, _folder: Path) -> str:
    checked = cast("HttpJsonSettings", settings)
    return f"http_json:{checked.url.removeprefix('https://')}/{checked.account or ''}"


def _problems(settings: kind.Settings, _folder: Path) -> tuple[kind.Problem, ...]:
    checked = cast("HttpJsonSettings", settings)
    if checked.auth == "query" and checked.auth_name is None:
        problem, remedy = "The parameter has no name.", "Write the name that the API asks for."
    elif checked.auth in {"bearer", "basic", "none"} and checked.auth_name is not None:
        problem, remedy = f"auth: {checked.auth} needs no name.", "Remove it, or mend auth."
    else:
        return ()
    return (kind.Problem(key="auth_name", problem=problem, remedy=remedy),)


KIND = kind.Kind(
    name="http_json",
    label="HTTP (JSON)",
    settings=HttpJsonSettings,
    request=HttpJsonRequest,
    credential=True,
    unsigned=("auth", "none"),
    hosts=_hosts,
    identity=_identity,
    problems=_problems,
    width=2,
)
