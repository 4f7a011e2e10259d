"""Google Sheets over its REST API, with this client's sign-in and never an ambient one.

Every range that a report asks for comes in one request, whatever number of periods it is read for.
"""

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds import sheets
from bot.worker.sources import base, googleweb, sheetscells

_SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
_DOMAIN = "docs.google.com"
"""Where people see it; it is asked elsewhere."""
_HOW = {
    "valueRenderOption": "UNFORMATTED_VALUE",
    "dateTimeRenderOption": "SERIAL_NUMBER",
    "majorDimension": "ROWS",
}
Values = Sequence[Sequence[object]]


def open_source(access: base.Access) -> "Sheets":
    """Make the client; nothing is sent yet. Raises RunError for a credential of no use."""
    return Sheets(access)


class Sheets:
    """One spreadsheet."""

    def __init__(self, access: base.Access) -> None:
        settings = sheets.SheetsSettings.model_validate(access.spec.settings)
        self._access = access
        self._id = settings.spreadsheet
        address = access.address(f"https://{sheets.HOST}")
        self._url = f"{address}/v4/spreadsheets/{self._id}"
        self._web = googleweb.Reader(
            access, scope=_SCOPE, seconds=settings.timeout, place=f"the spreadsheet {self._id}"
        )

    def read(self, ask: base.Ask) -> base.Answer:
        """Answer one question; raises RunError."""
        return self.read_all((ask,))[0]

    def read_all(self, asks: Sequence[base.Ask]) -> Sequence[base.Answer]:
        """Answer several from one reading of all their ranges; raises RunError."""
        wanted = [sheets.SheetsRequest.model_validate(ask.request) for ask in asks]
        found = self._values(dict.fromkeys(one.range for one in wanted), about=asks[0])
        return [
            base.Answer(table=self._table(ask, one, values=found[one.range]))
            for ask, one in zip(asks, wanted, strict=True)
        ]

    def identity(self) -> report.Identity:
        """Ask what the spreadsheet is called; raises RunError."""
        told = self._web.get(f"{self._url}?fields=spreadsheetId,properties.title", None)
        properties = cast("Mapping[str, object]", told.get("properties") or {})
        title = str(properties.get("title") or self._id)
        return report.Identity(
            source=self._access.spec.name,
            name=title[:200],
            account=self._id,
            domain=_DOMAIN,
        )

    def stop(self) -> None:
        """End every wait."""
        self._web.stop()

    def close(self) -> None:
        """Close the connections."""
        self._web.close()

    def _values(self, ranges: Mapping[str, None], *, about: base.Ask) -> Mapping[str, Values]:
        asked = urlencode({"ranges": list(ranges), **_HOW}, doseq=True)
        told = self._web.get(f"{self._url}/values:batchGet?{asked}", about)
        parts = cast("Sequence[Mapping[str, Values]]", told.get("valueRanges") or ())
        return {name: part.get("values", ()) for name, part in zip(ranges, parts, strict=True)}

    def _table(self, ask: base.Ask, wanted: sheets.SheetsRequest, *, values: Values) -> base.Table:
        try:
            return sheetscells.table(values, wanted, span=ask.period)
        except sheetscells.Unfit as error:
            fault = f"{wanted.range}: {error}"
            raise self._access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault) from None
