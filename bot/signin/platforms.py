"""Whom people sign in to: where it asks them, what it is asked for, and what it calls it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

GOOGLE, META, LINKEDIN = "google", "meta", "linkedin"
PORT = 8721
"""Where browsers come back to, for platforms that want the address written down beforehand."""
_SCOPES = "https://www.googleapis.com/auth/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One of them."""

    name: str
    label: str
    asks: str
    """The page that asks the person."""
    tokens: str
    """Where a code becomes a token."""
    scopes: Mapping[str, str]
    """Kind of source → the narrowest permissions that read it, blanks between them."""
    extra: Mapping[str, str] = field(default_factory=dict[str, str])
    """What else the page is asked."""
    proof: bool = False
    """Whether it takes PKCE (RFC 7636). LinkedIn refuses a secret beside it, and Meta documents it
    for another flow.
    """
    fixed: bool = False
    """Whether the address that browsers come back to is written down in its console."""

    def at(self, doubles: Mapping[str, str], *, path: str) -> str:
        """Return an address of the platform, or of the double that stands for it."""
        real = {"asks": self.asks, "tokens": self.tokens}[path]
        named = doubles.get(self.name)
        return real if named is None else named + urlsplit(real).path


PLATFORMS: Mapping[str, Platform] = {
    GOOGLE: Platform(
        name=GOOGLE,
        label="Google",
        asks="https://accounts.google.com/o/oauth2/v2/auth",
        tokens="https://oauth2.googleapis.com/token",
        scopes={
            "ga4": f"{_SCOPES}analytics.readonly",
            "google_ads": f"{_SCOPES}adwords",
            "bigquery": f"{_SCOPES}bigquery",
            "google_sheets": f"{_SCOPES}spreadsheets.readonly",
        },
        # Without a new consent Google gives no refresh token to who has agreed once.
        extra={"access_type": "offline", "prompt": "consent"},
        proof=True,
    ),
    META: Platform(
        name=META,
        label="Meta",
        asks="https://www.facebook.com/v26.0/dialog/oauth",
        tokens="https://graph.facebook.com/v26.0/oauth/access_token",
        scopes={"meta_ads": "ads_read"},
        fixed=True,
    ),
    LINKEDIN: Platform(
        name=LINKEDIN,
        label="LinkedIn",
        asks="https://www.linkedin.com/oauth/v2/authorization",
        tokens="https://www.linkedin.com/oauth/v2/accessToken",
        scopes={"linkedin_ads": "r_ads r_ads_reporting"},
        fixed=True,
    ),
}
"""By the name that a form of credential has for them (``login``)."""


def of(kind: str) -> Platform | None:
    """Return whom one signs in to for a kind of source; None: nobody."""
    return next((one for one in PLATFORMS.values() if kind in one.scopes), None)
