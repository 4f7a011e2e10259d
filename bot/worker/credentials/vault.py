"""``vault://MOUNT/PATH[#field]`` through hvac: signed in as this client's own role, for this read.

Nothing of the machine takes part: no VAULT_* variable, no ~/.vault-token, no proxy, no netrc.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import PurePosixPath
from typing import Protocol, cast

import hvac
import requests
from hvac import exceptions

from bot import errors
from bot.domain.reference import Reference
from bot.domain.run import FailureCode
from bot.kinds.stores.vault import VaultSettings
from bot.worker.credentials import Keys
from bot.worker.credentials.asking import SECONDS, VALUE, Asking, Found

_WHO = "this client's role"
_FAULTS = (exceptions.VaultError, requests.exceptions.RequestException)


class _Secrets(Protocol):
    """What we use of hvac's KV engine, version 2."""

    def read_secret_version(
        self, path: str, *, mount_point: str, version: int | None, raise_on_deleted_version: bool
    ) -> Mapping[str, Mapping[str, Mapping[str, object]]]:
        """Return its fields and what is known of the version."""
        ...

    def create_or_update_secret(
        self, path: str, *, secret: Mapping[str, object], cas: int | None, mount_point: str
    ) -> Mapping[str, Mapping[str, object]]:
        """Write a new version, where ``cas`` is the newest one."""
        ...


class _Login(Protocol):
    """One way to sign in."""

    def login(self, *, mount_point: str, **named: str) -> object:
        """Sign in; the client then has its token."""
        ...


class _Own(Protocol):
    """The token that signing in gave."""

    def revoke_self(self, *, mount_point: str = "token") -> object:
        """End it."""
        ...


class _Ways(Protocol):
    approle: _Login
    kubernetes: _Login
    token: _Own


class _Versions(Protocol):
    v2: _Secrets


class _Engines(Protocol):
    kv: _Versions


class _Client(Protocol):
    """What we use of hvac's client, which is typed in part."""

    token: str
    auth: _Ways
    secrets: _Engines


def fetch(asked: Reference, keys: Keys) -> str:
    """Return the text; blocks. Raises RunError."""
    return read(asked, keys).text


def read(asked: Reference, keys: Keys) -> Found:
    """Return the text, and what Vault knows of it; blocks. Raises RunError."""
    asking = Asking(asked, keys)
    with _signed_in(asking) as secrets:
        fields, about = _read(asking, secrets)
    return Found(
        text=asking.one(fields),
        version=str(about.get("version", "")),
        made_at=_instant(about.get("created_time")),
        expires_at=_instant(about.get("deletion_time")),
    )


def write(asked: Reference, text: str, *, keys: Keys) -> str:
    """Write a new version that differs in this field alone; returns its number. Raises RunError.

    Whoever wrote in between is not undone: Vault then refuses, which is told as a fault.
    """
    asking = Asking(asked, keys)
    with _signed_in(asking) as secrets:
        fields, about = _whole(asking, secrets)
        path, mount = _place(asked)
        changed = {**fields, asked.field or VALUE: text}
        cas = int(str(about.get("version", 0)))
        try:
            told = secrets.create_or_update_secret(path, secret=changed, cas=cas, mount_point=mount)
        except _FAULTS as error:
            raise _explained(asking, error, deed="write") from None
    return str(told["data"]["version"])


@contextmanager
def _signed_in(asking: Asking) -> Generator[_Secrets]:
    settings = asking.settings(VaultSettings)
    with requests.Session() as session:
        session.trust_env = False
        session.verify = _trusted(asking, settings)
        made = hvac.Client(
            url=asking.address(settings.url),
            token="",  # or hvac looks for one around it
            verify=session.verify,
            timeout=SECONDS,
            session=session,
            namespace=settings.namespace,
        )
        client = cast("_Client", made)
        try:
            minted = _sign_in(client, asking, settings=settings)
        except _FAULTS as error:
            raise _refused(asking, error) from None
        asking.keys.learn(minted)
        try:
            yield client.secrets.kv.v2
        finally:
            with suppress(*_FAULTS):  # it ends by itself soon
                client.auth.token.revoke_self()


def _trusted(asking: Asking, settings: VaultSettings) -> bool | str:
    if settings.ca is None:
        return True
    found = asking.keys.order.client.folder / settings.ca
    if not found.is_file():
        fault = f"the file {settings.ca}, named under stores, is not in the client's folder"
        raise asking.failed(FailureCode.CONFIGURATION, fault=fault)
    return str(found)


def _sign_in(client: _Client, asking: Asking, *, settings: VaultSettings) -> str:
    """Sign in; returns the token that this gave."""
    if settings.role_id is not None and settings.secret_id is not None:
        client.auth.approle.login(
            role_id=settings.role_id,
            secret_id=asking.keys.text(settings.secret_id).strip(),
            mount_point=settings.auth or "approle",
        )
    else:
        client.auth.kubernetes.login(
            role=settings.role or "",
            jwt=asking.keys.text(settings.token or "").strip(),
            mount_point=settings.auth or "kubernetes",
        )
    return client.token


def _read(asking: Asking, secrets: _Secrets) -> tuple[Mapping[str, object], Mapping[str, object]]:
    path, mount = _place(asking.asked)
    version = asking.asked.version
    try:
        told = secrets.read_secret_version(
            path,
            mount_point=mount,
            version=None if version is None else int(version),
            raise_on_deleted_version=True,
        )
    except _FAULTS as error:
        raise _explained(asking, error, deed="read") from None
    return told["data"]["data"], told["data"]["metadata"]


def _whole(asking: Asking, secrets: _Secrets) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """As ``_read``; nothing where there is no secret yet."""
    try:
        return _read(asking, secrets)
    except errors.RunError as error:
        if error.failure.code is not FailureCode.STORE_LACKS:
            raise
        return {}, {}


def _place(asked: Reference) -> tuple[str, str]:
    """The path, and the mount it is in."""
    mount, *rest = PurePosixPath(asked.path).parts
    return "/".join(rest), mount


def _refused(asking: Asking, error: Exception) -> errors.RunError:
    """What a sign-in failed with."""
    if isinstance(
        error, exceptions.InvalidRequest | exceptions.Forbidden | exceptions.Unauthorized
    ):
        fault = "it is not known there, or has expired"
        return asking.failed(FailureCode.STORE_REFUSED, fault=fault)
    if isinstance(error, exceptions.InvalidPath):
        fault = "there is no such way to sign in; see auth and namespace"
        return asking.failed(FailureCode.STORE_REFUSED, fault=fault)
    return _explained(asking, error, deed="read")


def _explained(asking: Asking, error: Exception, *, deed: str) -> errors.RunError:
    """What a request failed with, the sign-in aside."""
    match error:
        case exceptions.Forbidden():
            return asking.failed(
                FailureCode.STORE_FORBIDDEN,
                identity=_WHO,
                deed=deed,
                right=_right(asking, deed),
                by_hand=asking.by_hand(),
            )
        case exceptions.InvalidPath():
            return asking.failed(FailureCode.STORE_LACKS, fault=_lacking(asking, error))
        case exceptions.VaultDown() if "sealed" in str(error).casefold():
            return asking.failed(FailureCode.STORE_SEALED)
        case exceptions.VaultError():
            fault = type(error).__name__
            return asking.failed(FailureCode.STORE_FAULT, fault=fault)
        case requests.exceptions.SSLError():
            fault = "its certificate is not one that is trusted; see ca under stores"
            return asking.failed(FailureCode.STORE_FAULT, fault=fault)
        case _:
            return asking.failed(FailureCode.STORE_UNREACHABLE)


def _right(asking: Asking, deed: str) -> str:
    path, mount = _place(asking.asked)
    needed = "read" if deed == "read" else "create and update"
    return f"“{needed}” on {mount}/data/{path} by a policy"


def _lacking(asking: Asking, error: exceptions.VaultError) -> str:
    """Vault answers 404 for what never was, and for a version that is deleted."""
    version = asking.asked.version
    if "deletion_time" in (error.text or ""):
        return "this version is deleted" if version else "its newest version is deleted"
    return f"there is no version {version}" if version else "there is no secret at this path"


def _instant(value: object) -> datetime | None:
    """An RFC 3339 time; Vault writes nine digits of the second, and nothing for never."""
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
