"""One sign-in: the address to open, what came back, and the token it is worth (RFC 6749, 7636)."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlencode

import httpx

from bot import errors
from bot.signin.app import App
from bot.signin.platforms import GOOGLE, META, Platform

_SECONDS = 20.0
_LONGEST = 10 * 365 * 86_400
_NO = frozenset(
    {"access_denied", "user_denied", "user_cancelled_login", "user_cancelled_authorize"}
)
"""How platforms say that the person said no."""
_CODE = re.compile(r"[a-z_]{1,60}")
_AGAIN = "Nothing was sealed; begin again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a sign-in came to; nothing of it shows itself."""

    access: str = field(repr=False)
    """What calls are made with now."""
    refresh: str = field(default="", repr=False)
    """What makes more of them; empty: ``access`` is all there is."""
    ends_at: datetime | None = None
    """When what is to be kept ends, where the platform tells it."""


class Flow:
    """Asks one person, once."""

    def __init__(
        self,
        platform: Platform,
        app: App,
        *,
        kinds: Collection[str],
        doubles: Mapping[str, str],
    ) -> None:
        """``kinds``: of all the sources that will read with it, no more is asked for."""
        self.platform = platform
        self.kinds = tuple(sorted(kinds))
        self.state = secrets.token_urlsafe(32)
        self._app = app
        self._scope = " ".join(platform.scopes[one] for one in self.kinds)
        self._verifier = secrets.token_urlsafe(48)
        self._asks = platform.at(doubles, path="asks")
        self.tokens = platform.at(doubles, path="tokens")
        """Where tokens come from."""

    def address(self, redirect: str) -> str:
        """Return what to open in a browser, which then comes back to ``redirect``."""
        asked = {
            "response_type": "code",
            "client_id": self._app.id,
            "redirect_uri": redirect,
            "scope": self._scope,
            "state": self.state,
            **self.platform.extra,
        }
        if self.platform.proof:
            digest = hashlib.sha256(self._verifier.encode()).digest()
            asked["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            asked["code_challenge_method"] = "S256"
        return f"{self._asks}?{urlencode(asked)}"

    def code(self, answer: Mapping[str, str]) -> str:
        """Return the code that the browser came back with; raises UsageError."""
        label = self.platform.label
        if not hmac.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            message = f"That answer belongs to another sign-in than this one. {_AGAIN}"
            raise errors.UsageError(message)
        if problem := answer.get("error"):
            if problem in _NO:
                message = f"{label} was told no: access was denied there. {_AGAIN}"
                raise errors.UsageError(message)
            raise errors.UsageError(f"{label} refused the sign-in{_named(problem)}. {_AGAIN}")
        if not answer.get("code"):
            raise errors.UsageError(f"{label} sent the browser back without a code. {_AGAIN}")
        return answer["code"]

    def redeem(self, code: str, *, redirect: str, now: datetime) -> Grant:
        """Return what the code is worth, proven to be of use; raises UsageError."""
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        if self.platform.proof:
            asked["code_verifier"] = self._verifier
        with httpx.Client(timeout=_SECONDS, trust_env=False) as http:
            told = self._asked(http, asked)
            self._allowed(told)
            access, refresh = _text(told, "access_token"), _text(told, "refresh_token")
            if self.platform.name == GOOGLE:
                return self._lasting(http, refresh, ends_at=_end(told, now, of="refresh_token_"))
            if self.platform.name == META:
                asked = {"grant_type": "fb_exchange_token", "fb_exchange_token": access}
                told = self._asked(http, asked)
                return Grant(access=_text(told, "access_token"), ends_at=_end(told, now))
        which = "refresh_token_" if refresh else ""
        return Grant(access=access, refresh=refresh, ends_at=_end(told, now, of=which))

    def _lasting(self, http: httpx.Client, refresh: str, *, ends_at: datetime | None) -> Grant:
        """Use the refresh token once: the access token that came with it would prove nothing."""
        if not refresh:
            raise errors.UsageError(
                "Google gave no refresh token, so that it would end within the hour. "
                f"Take the program's access away at myaccount.google.com/connections. {_AGAIN}"
            )
        told = self._asked(http, {"grant_type": "refresh_token", "refresh_token": refresh})
        return Grant(access=_text(told, "access_token"), refresh=refresh, ends_at=ends_at)

    def _asked(self, http: httpx.Client, asked: Mapping[str, str]) -> Mapping[str, object]:
        """Ask for a token; raises UsageError that quotes nothing but the name of the error."""
        label = self.platform.label
        form = {**asked, "client_id": self._app.id, "client_secret": self._app.secret}
        try:
            reply = http.post(self.tokens, data=form)
            raw: object = reply.json()
        except httpx.HTTPError:
            message = f"{label} cannot be reached from this machine. {_AGAIN}"
            raise errors.UsageError(message) from None
        except ValueError:
            raise errors.UsageError(f"{label} answered what is no token. {_AGAIN}") from None
        told = cast("Mapping[str, object]", raw if isinstance(raw, dict) else {})
        if reply.is_success and _text(told, "access_token"):
            return told
        problem = told.get("error")
        named = _named(problem if isinstance(problem, str) else "")
        if problem in {"invalid_client", "unauthorized_client"}:
            message = f"{label} does not know the OAuth client, or its secret is another{named}."
            raise errors.UsageError(f"{message} {_AGAIN}")
        raise errors.UsageError(
            f"{label} did not take the code (HTTP {reply.status_code}){named}. {_AGAIN}"
        )

    def _allowed(self, told: Mapping[str, object]) -> None:
        """People may leave out boxes: then it would fail on the first report."""
        granted = re.split(r"[ ,]+", _text(told, "scope"))
        missing = [one for one in self._scope.split() if "scope" in told and one not in granted]
        if missing:
            raise errors.UsageError(
                f"{self.platform.label} was not allowed {' and '.join(missing)}: tick every box "
                f"that it asks about. {_AGAIN}"
            )


def _named(problem: str) -> str:
    return f" ({problem})" if _CODE.fullmatch(problem) else ""


def _text(told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _end(told: Mapping[str, object], now: datetime, *, of: str = "") -> datetime | None:
    """When the token ends, or by ``refresh_token_`` the one that renews it."""
    seconds = told.get(f"{of}expires_in")
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds)
    if not isinstance(seconds, int) or not 0 < seconds < _LONGEST:
        return None
    return (now + timedelta(seconds=seconds)).replace(microsecond=0)
