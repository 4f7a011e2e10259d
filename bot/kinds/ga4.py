"""Google Analytics 4, through Google's own client of its Data API."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.kinds import kind

DATA = "analyticsdata.googleapis.com"
ADMIN = "analyticsadmin.googleapis.com"

_NUMBER = re.compile(r"[1-9][0-9]{0,19}")
_FIELD = r"^[A-Za-z][A-Za-z0-9]*(?::[A-Za-z0-9_-]{1,80})?$"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_APART = re.compile(r"[^a-z0-9]+")


def _number(text: str) -> str:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(
            "write the property's number, such as 123456789 (Admin, Property details); "
            "G-… and UA-… are other ids"
        )
    return text


def column(field: str) -> str:
    """Return what a metric's or dimension's column is called: ``totalUsers`` is total_users."""
    return _APART.sub("_", _HUMP.sub("_", field).lower()).strip("_")


class Ga4Settings(kind.Settings):
    """Which property is read, and in which currency its money comes."""

    property: Annotated[str, AfterValidator(_number)] = Field(
        description="The property's number, such as 123456789."
    )
    currency: str | None = Field(
        default=None,
        pattern=r"^[A-Z]{3}$",
        description="The currency that Google converts its money to; without it, the property's.",
    )
    timeout: kind.Seconds = Field(default=120, description="How long one question may take.")


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_Values = Annotated[
    tuple[Annotated[str, Field(max_length=500)], ...],
    BeforeValidator(_several, json_schema_input_type=str | list[str]),
    Field(min_length=1, max_length=100),
]
Named = Annotated[str, Field(pattern=_FIELD, max_length=120)]
"""As Google spells it: ``sessionDefaultChannelGroup``, ``keyEvents:purchase``."""


class Condition(BaseModel):
    """What one field must be like; every condition of a question must hold."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, serialize_by_alias=True
    )

    field: Named = Field(description="A dimension, or one of the metrics that are asked for.")
    any_of: _Values | None = Field(
        default=None, alias="is", description="One value, or a list: any of them."
    )
    none_of: _Values | None = Field(
        default=None, alias="is_not", description="One value, or a list: none of them."
    )
    contains: str | None = Field(default=None, max_length=500, description="A part of the value.")
    begins: str | None = Field(default=None, max_length=500, description="How the value begins.")
    ends: str | None = Field(default=None, max_length=500, description="How the value ends.")
    matches: str | None = Field(
        default=None, max_length=500, description="A regular expression for the whole value (RE2)."
    )
    above: float | None = Field(default=None, description="For a metric: it is more than this.")
    below: float | None = Field(default=None, description="For a metric: it is less than this.")

    @model_validator(mode="after")
    def _one_of_them(self) -> "Condition":
        if len(self.given) != 1:
            raise ValueError(
                "give exactly one of is, is_not, contains, begins, ends, matches, above and below"
            )
        return self

    @property
    def given(self) -> Mapping[str, object]:
        """The one condition, by its attribute's name."""
        written = {name: getattr(self, name) for name in type(self).model_fields if name != "field"}
        return {name: value for name, value in written.items() if value is not None}


class Ga4Request(kind.Request):
    """Metrics, by dimensions where it is a breakdown, of what fulfils the conditions."""

    metrics: tuple[Named, ...] = Field(
        min_length=1,
        max_length=10,
        description="As Google spells them: sessions, totalUsers. Their columns are sessions, "
        "total_users.",
    )
    dimensions: tuple[Named, ...] = Field(
        default=(),
        max_length=8,
        description="For a breakdown, such as sessionDefaultChannelGroup; none for one row.",
    )
    where: tuple[Condition, ...] = Field(
        default=(), max_length=20, description="Conditions that must all hold."
    )


def _hosts(_settings: kind.Settings) -> tuple[str, ...]:
    return (DATA, ADMIN, "oauth2.googleapis.com")


def _identity(settings: kind.Settings, _folder: Path) -> str:
    return f"ga4:{cast('Ga4Settings', settings).property}"


RANGES = 4
"""Of days that one report may hold."""
REPORTS = 5
"""That one batch may hold."""

KIND = kind.Kind(
    name="ga4",
    label="Google Analytics",
    settings=Ga4Settings,
    request=Ga4Request,
    credential=True,
    hosts=_hosts,
    identity=_identity,
    width=2,
    batch=RANGES * REPORTS,
    permits=5,  # ten requests at a time
)
