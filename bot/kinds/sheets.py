"""Google Sheets: a range of cells, where targets, budgets and annotations often live."""

import re
from pathlib import Path
from typing import Annotated, cast

from pydantic import AfterValidator, Field

from bot.kinds import kind

HOST = "sheets.googleapis.com"

_ADDRESS = re.compile(r"https://docs\.google\.com/spreadsheets/d/([^/?#]+)(?:[/?#].*)?")
_ID = re.compile(r"[A-Za-z0-9_-]{20,100}")


def _id(text: str) -> str:
    """The id, also where somebody wrote the whole address."""
    address = _ADDRESS.fullmatch(text)
    found = address[1] if address else text
    if _ID.fullmatch(found) is None:
        raise ValueError(
            "write the spreadsheet's id: the part between /d/ and /edit of its address"
        )
    return found


class SheetsSettings(kind.Settings):
    """Which spreadsheet is read."""

    spreadsheet: Annotated[str, AfterValidator(_id)] = Field(
        description="The spreadsheet's id, or its whole address."
    )
    timeout: kind.Seconds = Field(default=60, description="How long one reading may take.")


Heading = Annotated[str, Field(min_length=1, max_length=100)]


class SheetsRequest(kind.Request):
    """A range whose first row names the columns, and which of its rows belong to a period."""

    range: str = Field(
        min_length=1, max_length=200, description="In A1 notation, such as Targets!A1:D60."
    )
    by: Heading | None = Field(
        default=None,
        description="The heading of the column of days (or 2026-11, 2026-W47, 2026-Q4): rows whose "
        "day lies in the period count. Without it every row counts in every period.",
    )
    sum: tuple[Heading, ...] = Field(
        default=(),
        max_length=20,
        description="Headings whose numbers are added up over the period's rows, into one row.",
    )


def _hosts(_settings: kind.Settings) -> tuple[str, ...]:
    return (HOST, "oauth2.googleapis.com")


def _identity(settings: kind.Settings, _folder: Path) -> str:
    return f"google_sheets:{cast('SheetsSettings', settings).spreadsheet}"


KIND = kind.Kind(
    name="google_sheets",
    label="Google Sheets",
    settings=SheetsSettings,
    request=SheetsRequest,
    credential=True,
    hosts=_hosts,
    identity=_identity,
    batch=100,
    permits=4,  # sixty reads a minute
)
