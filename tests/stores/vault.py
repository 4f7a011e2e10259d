"""A double of Vault: AppRole and Kubernetes sign-in, policies, key/value secrets of version 2.

As the real one it knows nobody without a token, tokens end, and who may not read a path learns
nothing of it, not even whether there is something.
"""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.demo.loopback import Double, Json, Reply, Request

_MADE = "2026-11-02T08:15:30.123456789Z"


@dataclass(slots=True, kw_only=True)
class _Role:
    """Who signs in, and what that is good for."""

    policy: Mapping[str, frozenset[str]]
    """Path, as in secret/data/acme/*: what may be done there."""
    secrets: dict[str, int] = field(default_factory=dict[str, int])
    """secret_id → how often it may still be used."""
    tokens: set[str] = field(default_factory=set[str])
    """Of Kubernetes: the service accounts' own."""


@dataclass(slots=True, kw_only=True)
class _Version:
    fields: Json
    gone: bool = False


class VaultDouble(Double):
    """One Vault; ``namespace`` is the only one it has."""

    def __init__(self, *, namespace: str = "") -> None:
        self._lock = threading.Lock()
        self._namespace = namespace
        self._roles: dict[str, _Role] = {}
        self._tokens: dict[str, _Role] = {}
        self._kept: dict[str, list[_Version]] = {}
        self.sealed = False
        self.broken = False
        self.signed_in = 0
        self.seen: list[Request] = []
        super().__init__(
            [
                ("POST", r"/v1/auth/(?P<way>[a-z]+)/login", self._sign_in),
                ("POST", "/v1/auth/token/revoke-self", self._revoke),
                ("GET", "/v1/(?P<mount>[a-z]+)/data/(?P<path>.+)", self._read),
                ("POST", "/v1/(?P<mount>[a-z]+)/data/(?P<path>.+)", self._write),
            ]
        )

    def approle(self, role_id: str, **policy: str) -> str:
        """Make a role that may do this (``read="secret/data/acme/*"``); returns a secret_id."""
        made = secrets.token_urlsafe(24)
        self._role(role_id, policy).secrets[made] = 1000
        return made

    def kubernetes(self, role: str, **policy: str) -> str:
        """As ``approle``; returns the token of a service account that the role is bound to."""
        made = f"demo.{secrets.token_urlsafe(32)}"
        self._role(role, policy).tokens.add(made)
        return made

    def put(self, path: str, **fields: str) -> None:
        """Write a version of a secret (``secret/acme/ga4``)."""
        self._kept.setdefault(path, []).append(_Version(fields=fields))

    def delete(self, path: str) -> None:
        """Delete the newest version."""
        self._kept[path][-1].gone = True

    def newest(self, path: str) -> Json:
        """The newest fields."""
        return self._kept[path][-1].fields

    @property
    def tokens(self) -> int:
        """How many are out."""
        return len(self._tokens)

    def _role(self, name: str, policy: Mapping[str, str]) -> _Role:
        allowed: dict[str, set[str]] = {}
        for deed, path in policy.items():
            allowed.setdefault(path, set()).add(deed)
        frozen = {path: frozenset(deeds) for path, deeds in allowed.items()}
        return self._roles.setdefault(name, _Role(policy=frozen))

    def _down(self, request: Request) -> Reply | None:
        self.seen.append(request)
        if self.sealed:
            return _refused(503, "Vault is sealed")
        if self.broken:
            return _refused(500, "internal error")
        if request.headers.get("x-vault-namespace", "") != self._namespace:
            return _refused(404, "no handler for route")
        return None

    def _sign_in(self, request: Request) -> Reply:
        with self._lock:
            if (down := self._down(request)) is not None:
                return down
            given = request.json()
            if request.place["way"] == "kubernetes":
                role = self._roles.get(str(given.get("role")))
                good = role is not None and given.get("jwt") in role.tokens
            else:
                role = self._roles.get(str(given.get("role_id")))
                good = role is not None and self._used(role, str(given.get("secret_id")))
            if role is None or not good:
                return _refused(400, "invalid role or secret ID")
            token = f"demo.{secrets.token_urlsafe(24)}"
            self._tokens[token] = role
            self.signed_in += 1
            return Reply(body={"auth": {"client_token": token, "lease_duration": 60}})

    def _used(self, role: _Role, secret: str) -> bool:
        left = role.secrets.get(secret, 0)
        role.secrets[secret] = left - 1
        return left > 0

    def _revoke(self, request: Request) -> Reply:
        with self._lock:
            self._tokens.pop(request.headers.get("x-vault-token", ""), None)
            return Reply(status=204, raw=b"")

    def _read(self, request: Request) -> Reply:
        with self._lock:
            refused = self._down(request) or self._forbidden(request, "read")
            if refused is not None:
                return refused
            versions = self._kept.get(_path(request), [])
            number = int(request.query.get("version") or len(versions))
            if not 0 < number <= len(versions):
                return Reply(status=404, body={"errors": []})
            return _told(versions[number - 1], number)

    def _write(self, request: Request) -> Reply:
        with self._lock:
            refused = self._down(request) or self._forbidden(request, "write")
            if refused is not None:
                return refused
            given = request.json()
            options, fields = cast("Json", given["options"]), cast("Json", given["data"])
            versions = self._kept.setdefault(_path(request), [])
            if options["cas"] != len(versions):
                said = "check-and-set parameter did not match the current version"
                return _refused(400, said)
            versions.append(_Version(fields=fields))
            return Reply(body={"data": {"version": len(versions), "created_time": _MADE}})

    def _forbidden(self, request: Request, deed: str) -> Reply | None:
        role = self._tokens.get(request.headers.get("x-vault-token", ""))
        path = f"{request.place['mount']}/data/{request.place['path']}"
        for allowed, deeds in role.policy.items() if role is not None else ():
            if deed in deeds and (path == allowed or path.startswith(allowed.rstrip("*"))):
                return None
        return _refused(403, "permission denied")


def _path(request: Request) -> str:
    return f"{request.place['mount']}/{request.place['path']}"


def _told(one: _Version, number: int) -> Reply:
    about = {"version": number, "created_time": _MADE, "deletion_time": "", "destroyed": False}
    if one.gone:
        gone = {**about, "deletion_time": _MADE}
        return Reply(status=404, body={"data": {"data": None, "metadata": gone}})
    return Reply(body={"data": {"data": one.fields, "metadata": about}})


def _refused(status: int, said: str) -> Reply:
    return Reply(status=status, body={"errors": [said]})
