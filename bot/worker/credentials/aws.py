"""``aws-sm://NAME[#field]`` through boto3: as this client's role, lent for a quarter of an hour.

Nothing of the machine takes part: no AWS_* variable, no ~/.aws, no metadata address, no proxy.
"""

import json
import os
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, cast

import boto3
from botocore import config, exceptions, parsers, session

from bot import errors
from bot.domain.reference import Reference
from bot.domain.run import FailureCode
from bot.kinds.stores.aws import AwsSettings
from bot.kinds.typed import http
from bot.worker import credentials
from bot.worker.credentials import Keys
from bot.worker.credentials.asking import SECONDS, Asking, Found

_LENT_SECONDS = 900
_CURRENT, _PREVIOUS, _PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
_STAGES = frozenset({_CURRENT, _PREVIOUS, _PENDING})
_UNKNOWN = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"}
    | {"AuthFailure", "InvalidAccessKeyId", "IncompleteSignature", "MissingAuthenticationToken"}
)
_OVER = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_LACKS: Mapping[str, str] = {
    "ResourceNotFoundException": "there is no such secret, or no such version of it",
    "InvalidRequestException": "it is marked for deletion",
    "DecryptionFailure": "its KMS key does not open it",
}
_ENDED = "its access key has expired"
_STRANGE = "its access key is not known there"
_FAULTS = (exceptions.ClientError, exceptions.BotoCoreError, parsers.ResponseParserError)
_NAME = re.compile(r"[A-Za-z0-9.]{1,60}")
"""Of a fault; anything longer would be cut, and so could no longer be masked."""
_UNSET = (None, None, None, None)
Key = Mapping[str, str]
"""An access key, by the names of boto3's parameters."""


class _Client(Protocol):
    """What we use of boto3's clients, which are made at run time."""

    def assume_role(self, **named: object) -> Mapping[str, Mapping[str, str]]:
        """Borrow a role (STS)."""
        ...

    def get_secret_value(self, **named: str) -> Mapping[str, object]:
        """Read a secret (Secrets Manager)."""
        ...

    def put_secret_value(self, **named: str) -> Mapping[str, object]:
        """Write a version of a secret (Secrets Manager)."""
        ...


class _Session(Protocol):
    """What we use of boto3's session."""

    def client(
        self, service: str, *, endpoint_url: str, verify: bool, config: config.Config, **key: str
    ) -> _Client:
        """Make a client of one service."""
        ...


class _Make(Protocol):
    """Makes a client of one service."""

    def __call__(self, service: str, host: str, *, key: Key) -> _Client: ...


def fetch(asked: Reference, keys: Keys) -> str:
    """Return the text; blocks. Raises RunError."""
    return read(asked, keys).text


def read(asked: Reference, keys: Keys) -> Found:
    """Return the text, and what AWS knows of it; blocks. Raises RunError.

    The version is a stage such as AWSPREVIOUS, or an id; without one it is AWSCURRENT.
    """
    asking = Asking(asked, keys)
    told = _value(asking, _lent(asking))
    made = told.get("CreatedDate")
    return Found(
        text=_text(asking, told),
        version=str(told.get("VersionId", "")),
        made_at=made if isinstance(made, datetime) else None,
    )


def write(asked: Reference, text: str, *, keys: Keys) -> str:
    """Write a new version, which becomes AWSCURRENT; returns its id. Raises RunError."""
    asking = Asking(asked, keys)
    lent = _lent(asking)
    if asked.field is not None:
        fields = asking.fields(str(_value(asking, lent).get("SecretString", "")))
        text = json.dumps({**fields, asked.field: text})
    try:
        told = lent.put_secret_value(SecretId=asked.path, SecretString=text)
    except _FAULTS as error:
        raise _explained(asking, error, deed="write") from None
    return str(told["VersionId"])


def _lent(asking: Asking) -> _Client:
    """Take on the client's role; returns what asks for secrets as that role."""
    settings = asking.settings(AwsSettings)
    own = _access_key(asking, settings)
    named = {"ExternalId": settings.external_id} if settings.external_id else {}
    make = _maker(asking, settings)
    try:
        told = make("sts", settings.tokens, key=own).assume_role(
            RoleArn=settings.role,
            RoleSessionName=f"reportops-{asking.client}"[:64],
            DurationSeconds=_LENT_SECONDS,
            **named,
        )
    except _FAULTS as error:
        raise _refused(asking, error) from None
    lent = told["Credentials"]
    for name in ("SecretAccessKey", "SessionToken"):
        asking.keys.learn(lent[name])
    key = {
        "aws_access_key_id": lent["AccessKeyId"],
        "aws_secret_access_key": lent["SecretAccessKey"],
        "aws_session_token": lent["SessionToken"],
    }
    return make("secretsmanager", settings.secrets, key=key)


def _access_key(asking: Asking, settings: AwsSettings) -> Key:
    try:
        parts = http.parse(asking.keys.text(settings.credential)).parts
    except ValueError as fault:
        raise _unfit(settings, str(fault)) from None
    needed = ("access_key_id", "secret_access_key")
    if missing := [name for name in needed if not parts.get(name)]:
        raise _unfit(settings, f"it has no {' and no '.join(missing)}")
    asking.keys.learn(parts["secret_access_key"])
    return {f"aws_{name}": value for name, value in parts.items()}


def _unfit(settings: AwsSettings, fault: str) -> errors.RunError:
    return credentials.failed(settings.credential, FailureCode.CREDENTIAL_INVALID, fault=fault)


def _maker(asking: Asking, settings: AwsSettings) -> _Make:
    """Return what makes a client: of a service, its host and a key. One session has both: what AWS
    looks like is read from the disk once.
    """
    core = session.Session(
        session_vars={
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
            "profile": _UNSET,
        }
    )
    made = cast("_Session", boto3.Session(botocore_session=core, region_name=settings.region))
    bounds = config.Config(
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        retries={"total_max_attempts": 2, "mode": "standard"},
        proxies={},
    )

    def make(service: str, host: str, *, key: Key) -> _Client:
        where = asking.address(f"https://{host}")
        return made.client(service, endpoint_url=where, verify=True, config=bounds, **key)

    return make


def _value(asking: Asking, lent: _Client) -> Mapping[str, object]:
    asked = asking.asked
    key = "VersionStage" if asked.version in _STAGES else "VersionId"
    named = {key: asked.version} if asked.version else {}
    try:
        return lent.get_secret_value(SecretId=asked.path, **named)
    except _FAULTS as error:
        raise _explained(asking, error, deed="read") from None


def _text(asking: Asking, told: Mapping[str, object]) -> str:
    text = told.get("SecretString")
    if not isinstance(text, str):
        raw = told.get("SecretBinary")
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return text if asking.asked.field is None else asking.one(asking.fields(text))


def _refused(asking: Asking, error: Exception) -> errors.RunError:
    """What taking on the role failed with."""
    code = _code(error)
    if code in _UNKNOWN | _OVER:
        return asking.failed(FailureCode.STORE_REFUSED, fault=_ENDED if code in _OVER else _STRANGE)
    if code in _DENIED:
        fault = "its access key may not take on this client's role"
        return asking.failed(FailureCode.STORE_REFUSED, fault=fault)
    return _explained(asking, error, deed="read")


def _explained(asking: Asking, error: Exception, *, deed: str) -> errors.RunError:
    """What a request for a secret failed with."""
    code = _code(error)
    if code in _DENIED:
        action = "GetSecretValue" if deed == "read" else "PutSecretValue"
        return asking.failed(
            FailureCode.STORE_FORBIDDEN,
            identity="this client's role",
            deed=deed,
            right=f"secretsmanager:{action} on the secret",
            by_hand=asking.by_hand(),
        )
    if code in _UNKNOWN | _OVER:
        return asking.failed(FailureCode.STORE_REFUSED, fault="the lent role is not known there")
    if code in _LACKS:
        return asking.failed(FailureCode.STORE_LACKS, fault=_LACKS[code])
    if isinstance(error, parsers.ResponseParserError):
        return asking.failed(FailureCode.STORE_FAULT, fault="what it answers cannot be read")
    if code or isinstance(error, exceptions.SSLError):
        return asking.failed(FailureCode.STORE_FAULT, fault=code or "its certificate")
    return asking.failed(FailureCode.STORE_UNREACHABLE)


def _code(error: Exception) -> str:
    """AWS's own name of the fault; empty where no answer came."""
    if not isinstance(error, exceptions.ClientError):
        return ""
    told = cast("Mapping[str, Mapping[str, object]]", error.response)
    code = str(told.get("Error", {}).get("Code", ""))
    return code if _NAME.fullmatch(code) else "no name"
