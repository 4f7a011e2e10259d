"""``gcp-sm://projects/P/secrets/S[/versions/V]`` through Google's own client, over REST: acting as
this client's service account, for ten minutes.

Never ``google.auth.default()``: what the machine happens to hold is nobody's credential here.
"""

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, cast

import google_crc32c
from google.api_core import exceptions
from google.auth import impersonated_credentials
from google.cloud.secretmanager_v1 import SecretManagerServiceClient, types
from google.cloud.secretmanager_v1.services.secret_manager_service import transports

from bot import errors
from bot.domain.reference import Reference
from bot.domain.run import FailureCode
from bot.kinds.stores import gcp
from bot.kinds.typed import google
from bot.worker import credentials
from bot.worker.credentials import Keys
from bot.worker.credentials.asking import SECONDS, Asking, Found
from bot.worker.sources import googleauth, googlecalls, googleerrors

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.transport import requests as transport

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_LENT_SECONDS = 600
_NEWEST = "latest"
_VERSIONS = "/versions/"
_LACKS: Mapping[type[BaseException], str] = {
    exceptions.NotFound: "there is no such secret, or no such version of it",
    exceptions.BadRequest: "the version is disabled or destroyed",
    exceptions.FailedPrecondition: "the version is disabled or destroyed",
}
_ACTING = "Unable to acquire impersonated credentials"
"""How google-auth begins when the account could not be acted as."""
_PASSING = re.compile(r'"code": *(?:429|5[0-9][0-9])\b')


class _Lent(googleauth.Learning, impersonated_credentials.Credentials):
    """Acts as an account, and asks nobody else (googleauth has the reason)."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


class _Api(Protocol):
    """What we use of Google's client, which is not typed in whole."""

    def access_secret_version(
        self, *, name: str, retry: None, timeout: float
    ) -> types.AccessSecretVersionResponse:
        """Read a version."""
        ...

    def add_secret_version(
        self, *, parent: str, payload: types.SecretPayload, retry: None, timeout: float
    ) -> types.SecretVersion:
        """Write a version, which becomes the newest."""
        ...


def _sum(data: bytes) -> int:
    """The checksum that Google sends along."""
    return cast("Callable[[bytes], int]", vars(google_crc32c)["value"])(data)


def fetch(asked: Reference, keys: Keys) -> str:
    """Return the text; blocks. Raises RunError."""
    return read(asked, keys).text


def read(asked: Reference, keys: Keys) -> Found:
    """Return the text, and which version it is; blocks. Raises RunError."""
    asking = Asking(asked, keys)
    name = f"{asked.path}{_VERSIONS}{asked.version or _NEWEST}"
    with _opened(asking, deed="read") as api:
        told = api.access_secret_version(name=name, retry=None, timeout=SECONDS)
    payload = told.payload
    if payload.data_crc32c and _sum(payload.data) != payload.data_crc32c:
        raise asking.failed(FailureCode.STORE_FAULT, fault="what arrived is not what was sent")
    try:
        text = payload.data.decode()
    except UnicodeDecodeError:
        raise credentials.failed(
            asked, FailureCode.CREDENTIAL_INVALID, fault="it is not text"
        ) from None
    return Found(text=text, version=told.name.rpartition(_VERSIONS)[2])


def write(asked: Reference, text: str, *, keys: Keys) -> str:
    """Write a new version, which becomes the newest; returns its number. Raises RunError."""
    data = text.encode()
    payload = types.SecretPayload(data=data, data_crc32c=_sum(data))
    with _opened(Asking(asked, keys), deed="write") as api:
        told = api.add_secret_version(
            parent=asked.path, payload=payload, retry=None, timeout=SECONDS
        )
    return told.name.rpartition(_VERSIONS)[2]


@contextmanager
def _opened(asking: Asking, *, deed: str) -> Generator[_Api]:
    """The API, as the client's account; what it raises becomes RunError."""
    client = _client(asking, _lent(asking))
    try:
        yield cast("_Api", client)
    except googleerrors.KNOWN as error:
        raise _explained(asking, error, deed=deed) from None
    finally:
        client.transport.close()


def _lent(asking: Asking) -> "Credentials":
    settings = asking.settings(gcp.GcpSettings)
    try:
        own = google.parse(asking.keys.text(settings.credential))
        base = googleauth.made(own, scopes=(_SCOPE,), learn=asking.keys.learn)
    except ValueError as fault:
        raise credentials.failed(
            settings.credential, FailureCode.CREDENTIAL_INVALID, fault=str(fault)
        ) from None
    where = asking.address(f"https://{gcp.ACCOUNTS}")
    account = f"v1/projects/-/serviceAccounts/{settings.impersonate}:generateAccessToken"
    made = _Lent(
        source_credentials=base,
        target_principal=settings.impersonate,
        target_scopes=[_SCOPE],
        lifetime=_LENT_SECONDS,
        iam_endpoint_override=f"{where}/{account}",
    )
    made.learn = asking.keys.learn
    return made


def _client(asking: Asking, signed: "Credentials") -> SecretManagerServiceClient:
    scheme, _, host = asking.address(f"https://{gcp.SECRETS}").partition("://")
    made = transports.SecretManagerServiceRestTransport(
        host=host, url_scheme=scheme, credentials=signed
    )
    googlecalls.quiet(cast("transport.AuthorizedSession", vars(made)["_session"]))
    return SecretManagerServiceClient(transport=made)


def _explained(asking: Asking, error: BaseException, *, deed: str) -> errors.RunError:
    found = googleerrors.explain(error)
    settings = asking.settings(gcp.GcpSettings)
    match found.code:
        case FailureCode.PERMISSION_DENIED:
            role = "secretAccessor" if deed == "read" else "secretVersionAdder"
            return asking.failed(
                FailureCode.STORE_FORBIDDEN,
                identity=settings.impersonate,
                deed=deed,
                right=f"roles/secretmanager.{role} on the secret",
                by_hand=asking.by_hand(),
            )
        case FailureCode.CREDENTIAL_REFUSED:
            return _refused(asking, error)
        case FailureCode.SOURCE_UNREACHABLE | FailureCode.SOURCE_TIMEOUT:
            return asking.failed(FailureCode.STORE_UNREACHABLE)
        case _:
            fault = _LACKS.get(type(error))
            code = FailureCode.STORE_LACKS if fault else FailureCode.STORE_FAULT
            return asking.failed(code, fault=fault or type(error).__name__)


def _refused(asking: Asking, error: BaseException) -> errors.RunError:
    """Either the credential that signs in is worth nothing, or it may not act as the account."""
    settings = asking.settings(gcp.GcpSettings)
    if not str(error.args[0]).startswith(_ACTING):
        fault = f"{settings.credential} is revoked, expired or not known there"
        return asking.failed(FailureCode.STORE_REFUSED, fault=fault)
    if _PASSING.search(str(error.args[-1])):
        return asking.failed(FailureCode.STORE_FAULT, fault="it lends no sign-in now")
    fault = f"{settings.credential} may not act as {settings.impersonate}"
    return asking.failed(FailureCode.STORE_REFUSED, fault=fault)
