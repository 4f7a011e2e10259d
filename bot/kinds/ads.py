"""What the ad platforms are asked alike: the same columns, whatever each calls them.

A query of level ``account`` has one row for its period, any other level one row for each campaign
(or whatever it is), with the columns ``<level>`` and ``<level>_id`` in front.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.kinds import kind

Column = Literal["spend", "impressions", "clicks", "conversions", "value"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
COLUMNS: tuple[Column, ...] = ("spend", "impressions", "clicks", "conversions", "value")
"""``value`` is what conversions were worth; like ``spend`` it is in the account's currency."""
ACCOUNT = "account"


class AdsRequest(kind.Request):
    """What every one of them takes; ``level`` is each one's own."""

    names: dict[Column, Name] = Field(
        default_factory=dict[Column, Name],
        description="Other names for columns, such as {spend: google_spend}: a breakdown's column "
        "bears the name of its metric.",
    )

    @model_validator(mode="after")
    def _told_apart(self) -> "AdsRequest":
        if len(set(self.columns)) < len(COLUMNS):
            raise ValueError("two columns would have one name")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """``COLUMNS``, as this request calls them."""
        return tuple(self.names.get(one, one) for one in COLUMNS)
