"""Google Ads, through its REST interface."""

from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BeforeValidator, Field

from bot.kinds import ads, kind

HOST = "googleads.googleapis.com"


def _bare(value: object) -> object:
    return value.replace("-", "") if isinstance(value, str) else value


Customer = Annotated[str, BeforeValidator(_bare), Field(pattern=r"^[0-9]{10}$")]
"""A customer id, as Google shows it (123-456-7890) or bare."""


class GoogleAdsSettings(kind.Settings):
    """Whose account is read, and through which manager."""

    customer: Customer = Field(description="The account's customer id, such as 123-456-7890.")
    login_customer: Customer | None = Field(
        default=None,
        description="The id of the manager account through which we have access, such as "
        "161-803-3988; without it, directly.",
    )
    api_version: str = Field(
        default="v26", pattern=r"^v[0-9]{2}$", description="The version of the API that is asked."
    )
    timeout: kind.Seconds = Field(default=120, description="How long one query may take.")


class GoogleAdsRequest(ads.AdsRequest):
    """The five figures; whatever else there is, a file of GAQL asks for."""

    level: Literal["account", "campaign", "ad_group"] = Field(
        description="One row for the account, or one for each campaign or ad group."
    )


def _hosts(_settings: kind.Settings) -> tuple[str, ...]:
    return (HOST, "oauth2.googleapis.com")


def _identity(settings: kind.Settings, _folder: Path) -> str:
    return f"google_ads:{cast('GoogleAdsSettings', settings).customer}"


KIND = kind.Kind(
    name="google_ads",
    label="Google Ads",
    settings=GoogleAdsSettings,
    mark="",
    request=GoogleAdsRequest,
    credential=True,
    hosts=_hosts,
    identity=_identity,
    width=2,
    permits=5,
)
