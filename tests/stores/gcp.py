"""A double of Google Secret Manager and of what lends service accounts, behind Google's sign-in."""

import base64
import secrets
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import google_crc32c

from bot.demo import google
from bot.demo.googleapi import UNAVAILABLE, Fault
from bot.demo.loopback import Double, Json, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable

_DENIED = Fault(code=403, status="PERMISSION_DENIED", message="Permission denied on resource.")
_NOBODY = Fault(code=401, status="UNAUTHENTICATED", message="Invalid authentication credentials.")
_NOT_FOUND = Fault(code=404, status="NOT_FOUND", message="Secret or version not found.")
_DISABLED = Fault(code=400, status="FAILED_PRECONDITION", message="The version is DISABLED.")
_SECRET = r"/v1/(?P<name>projects/[^/]+/secrets/[^/:]+)"
_ACCOUNT = r"/v1/projects/-/serviceAccounts/(?P<account>[^/:]+):generateAccessToken"


class SecretsDouble(Double):
    """Secrets, who may read or write each, and who may act as whom."""

    def __init__(self, accounts: google.GoogleDouble) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()
        self._may_act: set[tuple[str, str]] = set()
        self._may: set[tuple[str, str, str]] = set()
        self._lent: dict[str, str] = {}
        self._versions: dict[str, list[str | None]] = {}
        self.down = False
        self.damaged = False
        super().__init__(
            [
                ("POST", _ACCOUNT, self._lend),
                ("GET", rf"{_SECRET}/versions/(?P<version>[^/:]+):access", self._read),
                ("POST", rf"{_SECRET}:addVersion", self._add),
            ]
        )

    def lend(self, account: str, *, to: str) -> None:
        """Let somebody act as an account."""
        self._may_act.add((to, account))

    def allow(self, account: str, deed: str, *, name: str) -> None:
        """Let an account ``read`` or ``write`` a secret."""
        self._may.add((account, deed, name))

    def put(self, name: str, text: str) -> None:
        """Write a version."""
        self._versions.setdefault(name, []).append(text)

    def disable(self, name: str) -> None:
        """Disable the newest version."""
        self._versions[name][-1] = None

    def newest(self, name: str) -> str | None:
        """The newest version's text."""
        return self._versions[name][-1]

    def _lend(self, request: Request) -> Reply:
        if self.down:
            return UNAVAILABLE.reply
        who = self._accounts.principal(_bearer(request))
        account = request.place["account"]
        if who is None:
            return _NOBODY.reply
        if (who.email, account) not in self._may_act:
            return _DENIED.reply
        token = f"demo.{secrets.token_urlsafe(24)}"
        with self._lock:
            self._lent[token] = account
        ends = datetime.now(UTC) + timedelta(minutes=10)
        body = {"accessToken": token, "expireTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return Reply(body=body)

    def _read(self, request: Request) -> Reply:
        if (refused := self._refused(request, "read")) is not None:
            return refused
        name, version = request.place["name"], request.place["version"]
        versions = self._versions.get(name, [])
        number = len(versions) if version == "latest" else int(version)
        if not 0 < number <= len(versions):
            return _NOT_FOUND.reply
        text = versions[number - 1]
        if text is None:
            return _DISABLED.reply
        data = text.encode()
        payload = {
            "data": base64.b64encode(data).decode(),
            "dataCrc32c": str(_sum(data) ^ self.damaged),
        }
        return Reply(body={"name": f"{name}/versions/{number}", "payload": payload})

    def _add(self, request: Request) -> Reply:
        if (refused := self._refused(request, "write")) is not None:
            return refused
        payload = cast("Json", request.json()["payload"])
        data = base64.b64decode(str(payload["data"]))
        assert int(str(payload["dataCrc32c"])) == _sum(data)
        name = request.place["name"]
        self.put(name, data.decode())
        return Reply(body={"name": f"{name}/versions/{len(self._versions[name])}"})

    def _refused(self, request: Request, deed: str) -> Reply | None:
        if self.down:
            return UNAVAILABLE.reply
        account = self._lent.get(_bearer(request))
        if account is None:
            return _NOBODY.reply
        allowed = (account, deed, request.place["name"]) in self._may
        return None if allowed else _DENIED.reply


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _sum(data: bytes) -> int:
    return cast("Callable[[bytes], int]", vars(google_crc32c)["value"])(data)
