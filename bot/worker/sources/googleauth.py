"""A client's Google credential → the credential object of google-auth, built field by field.

Never ``google.auth.default()``: what the machine happens to hold is nobody's credential here.
"""

from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol, Self, cast
from urllib.parse import urlsplit

from google.auth import exceptions
from google.oauth2 import credentials as oauth2
from google.oauth2 import service_account

from bot.domain.run import FailureCode
from bot.kinds.typed import google
from bot.worker.sources import base

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


class Learning:
    """Tells each token that a sign-in brings. Google's clients make copies, which tell as well."""

    learn: Callable[[str], None]

    def refresh(self, request: object) -> None:
        """As google-auth has it."""
        cast("_Told", super()).refresh(request)
        self.learn(cast("_Told", self).token or "")

    def _make_copy(self) -> Self:
        made = cast("Self", cast("_Told", super())._make_copy())  # noqa: SLF001 - its way to be extended
        made.learn = self.learn
        return made


class _Person(Learning, oauth2.Credentials):
    """Signs in with a person's grant."""


class _ServiceAccount(Learning, service_account.Credentials):
    """Signs in, and asks nobody else.

    google-auth also asks iamcredentials.googleapis.com, in a thread of its own, where the account
    may be used from, to send that along as a hint. A run reaches its sources' hosts only, and a
    sign-in that points at this machine must not leave it; without the hint requests work alike.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


class _Told(Protocol):
    """What we use of a credential, and extend; typed in part there."""

    token: str | None

    def refresh(self, request: object) -> None: ...
    def _make_copy(self) -> object: ...


class _Make(Protocol):
    def __call__(self, info: dict[str, str], *, scopes: tuple[str, ...]) -> "Credentials": ...


def credentials(access: base.Access, *, scopes: tuple[str, ...]) -> "Credentials":
    """Return the object that signs in for these scopes; raises RunError where the credential is of
    no use. A person's grant carries its own scopes.
    """
    credential = access.signed(google.Credential)
    try:
        return made(credential, scopes=scopes, learn=access.learn)
    except ValueError as fault:
        raise access.failed(FailureCode.CREDENTIAL_INVALID, fault=str(fault)) from None


def made(
    credential: google.Credential, *, scopes: tuple[str, ...], learn: Callable[[str], None]
) -> "Credentials":
    """As ``credentials``, without a source; ``learn`` is told each token. Raises ValueError that
    quotes nothing.
    """
    found = _made(credential, scopes=scopes)
    cast("Learning", found).learn = learn
    return found


def _made(credential: google.Credential, *, scopes: tuple[str, ...]) -> "Credentials":
    info = credential.info
    if credential.type == "service_account":
        try:
            make = cast("_Make", _ServiceAccount.from_service_account_info)  # pyright: ignore[reportUnknownMemberType]
            return make(dict(info), scopes=scopes)
        except (ValueError, exceptions.GoogleAuthError):
            raise ValueError("its private_key cannot be read") from None
    named = info.get("token_uri", "")
    return cast(
        "Credentials",
        _Person(
            None,
            refresh_token=info["refresh_token"],
            # A person's refresh token goes to Google, or to a double on this machine.
            token_uri=named if _is_loopback(named) else _TOKEN_URI,
            client_id=info["client_id"],
            client_secret=info["client_secret"],
        ),
    )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
