"""Meta Ads (Facebook, Instagram), through the Insights of the Marketing API."""

from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BeforeValidator, Field, field_validator

from bot.kinds import ads, kind

HOST = "graph.facebook.com"
Window = Literal["1d_click", "7d_click", "28d_click", "1d_view", "1d_ev"]


def _bare(value: object) -> object:
    return value.removeprefix("act_") if isinstance(value, str) else value


class MetaAdsSettings(kind.Settings):
    """Whose ad account is read."""

    account: Annotated[str, BeforeValidator(_bare)] = Field(
        pattern=r"^[0-9]{5,20}$", description="The ad account's id, with or without act_."
    )
    business: str | None = Field(
        default=None,
        pattern=r"^[0-9]{5,20}$",
        description="The business that owns the account; an account of another one is refused.",
    )
    api_version: str = Field(
        default="v26.0",
        pattern=r"^v[0-9]{2}\.0$",
        description="The version of the API that is asked.",
    )
    timeout: kind.Seconds = Field(default=180, description="How long one query may take.")


class MetaAdsRequest(ads.AdsRequest):
    """The five figures, and what counts as a conversion."""

    level: Literal["account", "campaign", "adset", "ad"] = Field(
        description="One row for the account, or one for each campaign, ad set or ad."
    )
    conversions: tuple[Annotated[str, Field(pattern=r"^[a-z0-9_.]{2,100}$")], ...] = Field(
        default=(),
        max_length=10,
        description="The types of action that count, such as [purchase]; their sum is conversions, "
        "and what they were worth is value. Without any, these columns hold nothing.",
    )
    attribution: tuple[Window, ...] = Field(
        default=(),
        description="The windows after a click and after a view, such as [7d_click, 1d_view]; "
        "without it, what each ad set is set to.",
    )

    @field_validator("attribution")
    @classmethod
    def _apart(cls, windows: tuple[Window, ...]) -> tuple[Window, ...]:
        """A conversion within a day is within seven as well: their sum would count it twice."""
        if len({window.partition("_")[2] for window in windows}) < len(windows):
            raise ValueError("name one window of each kind: click, view, ev")
        return windows


def _hosts(_settings: kind.Settings) -> tuple[str, ...]:
    return (HOST,)


def _identity(settings: kind.Settings, _folder: Path) -> str:
    return f"meta_ads:{cast('MetaAdsSettings', settings).account}"


KIND = kind.Kind(
    name="meta_ads",
    label="Meta Ads",
    settings=MetaAdsSettings,
    request=MetaAdsRequest,
    credential=True,
    hosts=_hosts,
    identity=_identity,
    width=2,
    permits=3,
)
