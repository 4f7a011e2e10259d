"""A local double of Google Sheets: what spreadsheets hold, unformatted, to those who may see it.

with google.GoogleDouble() as accounts, sheets.SheetsDouble(accounts) as documents:
    documents.share("1abc…", "p", title="Targets")
    documents.fill("1abc…", "Targets!A1:B3", cells=[["month", "budget"], [46327, 12000]])
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from bot.demo import google
from bot.demo.googleapi import Api, Fault, Refused
from bot.demo.loopback import Reply, Request

_SCOPE = "spreadsheets.readonly"
Cells = Sequence[Sequence[object]]


@dataclass(slots=True, kw_only=True)
class _Spreadsheet:
    project: str
    title: str
    ranges: dict[str, Cells] = field(default_factory=dict[str, Cells])


class SheetsDouble(Api):
    """The two endpoints that reading takes."""

    def __init__(self, accounts: google.GoogleDouble) -> None:
        self._known: dict[str, _Spreadsheet] = {}
        at = "/v4/spreadsheets/(?P<id>[^/:]+)"
        super().__init__(
            accounts,
            [("GET", at, self._describe), ("GET", f"{at}/values:batchGet", self._values)],
            scope=_SCOPE,
        )

    def share(self, spreadsheet: str, project: str, *, title: str) -> None:
        """Add a spreadsheet that those may see who may use the project."""
        self._known[spreadsheet] = _Spreadsheet(project=project, title=title)

    def fill(self, spreadsheet: str, named: str, *, cells: Cells) -> None:
        """(Re)place what a range holds; empty cells are ""."""
        self._known[spreadsheet].ranges[named] = cells

    def _describe(self, request: Request, principal: google.Principal) -> Reply:
        found = self._found(request, principal)
        properties = {"title": found.title}
        return Reply(body={"spreadsheetId": request.place["id"], "properties": properties})

    def _values(self, request: Request, principal: google.Principal) -> Reply:
        found = self._found(request, principal)
        how = {"UNFORMATTED_VALUE", "SERIAL_NUMBER", "ROWS"}
        if not how <= set(request.query.values()):
            raise _refused(400, "INVALID_ARGUMENT", words="Cells would be formatted.")
        answers: list[dict[str, object]] = []
        for named in parse_qs(urlsplit(request.target).query)["ranges"]:
            if named not in found.ranges:
                words = f"Unable to parse range: {named}"
                raise _refused(400, "INVALID_ARGUMENT", words=words)
            answers.append({"range": named, **_held(found.ranges[named])})
        return Reply(body={"spreadsheetId": request.place["id"], "valueRanges": answers})

    def _found(self, request: Request, principal: google.Principal) -> _Spreadsheet:
        found = self._known.get(request.place["id"])
        if found is None:
            words = "Requested entity was not found."
            raise _refused(404, "NOT_FOUND", words=words)
        if found.project not in principal.projects:
            words = "The caller does not have permission"
            raise _refused(403, "PERMISSION_DENIED", words=words)
        return found


def _refused(code: int, status: str, *, words: str) -> Refused:
    return Refused(Fault(code=code, status=status, message=words))


def _held(cells: Cells) -> dict[str, object]:
    """Without the empty cells at the ends of rows, and without values where there are none."""
    rows = [_trimmed(row) for row in cells]
    while rows and not rows[-1]:
        rows.pop()
    return {"values": rows} if rows else {}


def _trimmed(row: Sequence[object]) -> list[object]:
    found = list(row)
    while found and found[-1] == "":
        found.pop()
    return found
