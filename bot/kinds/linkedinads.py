"""LinkedIn Ads, through adAnalytics of the Marketing API."""

from pathlib import Path
from typing import Literal, cast

from pydantic import Field

from bot.kinds import ads, kind

HOST = "api.linkedin.com"
SIGN_IN = "www.linkedin.com"


class LinkedinAdsSettings(kind.Settings):
    """Whose ad account is read."""

    account: str = Field(
        pattern=r"^[0-9]{5,15}$", description="The ad account's id, as Campaign Manager shows it."
    )
    organization: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,15}$",
        description="The organisation that advertises; an account of another one is refused.",
    )
    api_version: str = Field(
        default="202610",
        pattern=r"^20[0-9]{2}(?:0[1-9]|1[0-2])$",
        description="The version of the API that is asked, a year and month.",
    )
    timeout: kind.Seconds = Field(default=120, description="How long one query may take.")


class LinkedinAdsRequest(ads.AdsRequest):
    """The five figures, and what counts as a conversion."""

    level: Literal["account", "campaign_group", "campaign"] = Field(
        description="One row for the account, or one for each campaign group or campaign."
    )
    conversions: Literal["website", "leads"] = Field(
        default="website",
        description="What counts: conversions on the website, or leads of LinkedIn's own forms, "
        "which have no value.",
    )


def _hosts(_settings: kind.Settings) -> tuple[str, ...]:
    return (HOST, SIGN_IN)


def _identity(settings: kind.Settings, _folder: Path) -> str:
    return f"linkedin_ads:{cast('LinkedinAdsSettings', settings).account}"


KIND = kind.Kind(
    name="linkedin_ads",
    label="LinkedIn Ads",
    settings=LinkedinAdsSettings,
    request=LinkedinAdsRequest,
    credential=True,
    hosts=_hosts,
    identity=_identity,
    width=2,
    permits=3,
)
