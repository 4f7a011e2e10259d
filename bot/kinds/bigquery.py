"""Google BigQuery, through its own client library."""

from pathlib import Path
from typing import cast

from pydantic import Field

from bot.kinds import kind

_GIGABYTE = 1000**3


class BigquerySettings(kind.Settings):
    """Which project pays and is read, and what one query may cost."""

    project: str = Field(
        pattern=r"^[a-z][a-z0-9.:-]{3,61}[a-z0-9]$",
        description="The Google Cloud project that is read and pays for the queries.",
    )
    location: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z][A-Za-z0-9-]*$",
        description="Where its data is, such as EU; without it, where BigQuery finds the data.",
    )
    dataset: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_]{1,1024}$",
        description="The data set of table names that stand alone.",
    )
    maximum_bytes_billed: kind.Bytes = Field(
        default=10 * _GIGABYTE, description="One query that would read more fails unbilled."
    )
    timeout: kind.Seconds = Field(default=300, description="How long one query may take.")


def _hosts(_settings: kind.Settings) -> tuple[str, ...]:
    return ("bigquery.googleapis.com", "oauth2.googleapis.com")


def _identity(settings: kind.Settings, _folder: Path) -> str:
    checked = cast("BigquerySettings", settings)
    place = f"{checked.project}.{checked.dataset}" if checked.dataset else checked.project
    return f"bigquery:{place}"


KIND = kind.Kind(
    name="bigquery",
    label="BigQuery",
    settings=BigquerySettings,
    mark="@",
    credential=True,
    hosts=_hosts,
    identity=_identity,
    width=4,
    estimates=True,
)
