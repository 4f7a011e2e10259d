"""Looker, through its API 4.0."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.kinds import address, kind

MOST = 10_000
_NAME = r"^[A-Za-z0-9_:-]{1,200}$"
_FIELD = r"^[A-Za-z0-9_]{1,100}\.[A-Za-z0-9_]{1,150}$"
LookerField = Annotated[str, Field(pattern=_FIELD)]
"""As Looker spells it: ``orders.total_revenue``."""


def column(field: str) -> str:
    """Return what a field's column is called: ``orders.revenue`` is orders_revenue."""
    return field.replace(".", "_")


class LookerSettings(kind.Settings):
    """Which instance is read, and which model of it."""

    url: address.Origin = Field(
        description="The instance's address, such as https://acme.cloud.looker.com; older ones "
        "have their API at port 19999."
    )
    model: str = Field(pattern=_NAME, description="The LookML model that is read.")
    timeout: kind.Seconds = Field(default=180, description="How long one query may take.")

    @property
    def host(self) -> str:
        """The only one that is talked to; with its port where that is not 443."""
        return address.netloc(self.url)


class Query(BaseModel):
    """A query as Looker's Explore makes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    explore: str = Field(pattern=_NAME, description="The Explore that is asked.")
    fields: tuple[LookerField, ...] = Field(
        min_length=1,
        max_length=30,
        description="As Looker spells them: orders.total_revenue; its column is "
        "orders_total_revenue.",
    )
    filters: Mapping[LookerField, Annotated[str, Field(max_length=500)]] = Field(
        default={}, max_length=30, description="A field: a filter expression of Looker's."
    )
    sorts: tuple[Annotated[str, Field(max_length=300)], ...] = Field(
        default=(), max_length=10, description="Such as orders.total_revenue desc."
    )


class LookerRequest(kind.Request):
    """A Look, or a query; which of its fields holds the day; how many rows at most."""

    look: str | None = Field(
        default=None, pattern=r"^[0-9]{1,18}$", description="The Look's number, as in its address."
    )
    query: Query | None = Field(default=None, description="In place of a Look.")
    period_filter: LookerField = Field(
        description="The field of days or instants that the period is a filter on, such as "
        "orders.created_date; a filter that the Look has on it is replaced."
    )
    limit: int = Field(
        default=5000, ge=1, le=MOST, description="Rows at most; of more, readers are told."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> "LookerRequest":
        if (self.look is None) == (self.query is None):
            raise ValueError("give exactly one of look and query")
        return self


def _hosts(settings: kind.Settings) -> tuple[str, ...]:
    return (cast("LookerSettings", settings).host,)


def _identity(settings: kind.Settings, _folder: Path) -> str:
    checked = cast("LookerSettings", settings)
    return f"looker:{checked.host}/{checked.model}"


KIND = kind.Kind(
    name="looker",
    label="Looker",
    settings=LookerSettings,
    request=LookerRequest,
    credential=True,
    hosts=_hosts,
    identity=_identity,
    width=2,
    permits=4,
)
