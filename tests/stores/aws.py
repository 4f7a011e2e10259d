"""A double of AWS: moto's server, and in front of it who may take on and read what.

moto itself asks nobody who they are. Here a request must be signed by a key that is known, a role
is lent to whom its trust names, and a role reads and writes the secrets of its own path.
"""

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, cast
from urllib.parse import parse_qs

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto import backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

REGION = "eu-central-1"
_SIGNED = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/.*SignedHeaders=([^,]+),")
_LENT = re.compile(r"<AccessKeyId>([^<]+)</AccessKeyId>\s*<SecretAccessKey>([^<]+)<")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Role:
    """Who may take it on, and what it may do."""

    trusts: str
    """An access key's id."""
    external_id: str
    path: str
    deeds: frozenset[str]


@dataclass(slots=True, kw_only=True)
class _World:
    keys: dict[str, str] = field(default_factory=dict[str, str])
    """Access key id → its secret half."""
    roles: dict[str, _Role] = field(default_factory=dict[str, _Role])
    lent: dict[str, str] = field(default_factory=dict[str, str])
    """Access key id → the role it was lent."""


class _Owner(Protocol):
    """What we use of boto3's client, which is made at run time."""

    def create_secret(self, **named: str) -> object:
        """Make one."""
        ...

    def put_secret_value(self, **named: str) -> object:
        """Write a version."""
        ...

    def get_secret_value(self, **named: str) -> Mapping[str, object]:
        """Read one."""
        ...

    def delete_secret(self, **named: str) -> object:
        """Mark one for deletion."""
        ...


class _Signer(Protocol):
    """What we use of botocore's signer, which is not typed."""

    def canonical_request(self, request: object) -> str: ...
    def string_to_sign(self, request: object, canonical: str) -> str: ...
    def signature(self, string: str, request: object) -> str: ...


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


class AwsDouble:
    """STS and Secrets Manager of one account in one region."""

    def __init__(self) -> None:
        self._world = _World()
        self._behind = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._made: set[str] = set()
        self.expired = False
        self.broken = False
        self.key = self.access_key("owner")

    @property
    def lent(self) -> str:
        """The secret half of what was lent last."""
        return self._world.keys[list(self._world.lent)[-1]]

    @property
    def url(self) -> str:
        """Its address, such as ``http://127.0.0.1:40123``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        backends.get_backend("secretsmanager").reset()  # moto's worlds are the process's
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def access_key(self, name: str) -> str:
        """Make an access key; returns it as a credential's JSON."""
        key, secret = f"DEMO{name.upper():0>16}", f"demo-{name}-" + "s" * 30
        self._world.keys[key] = secret
        return json.dumps({"access_key_id": key, "secret_access_key": secret})

    def role(
        self, name: str, *, trusts: str, path: str, external_id: str = "", deeds: str = "read write"
    ) -> str:
        """Make a role for who has an access key, over the secrets of a path; returns its ARN."""
        arn = f"arn:aws:iam::123456789012:role/{name}"
        key = str(json.loads(trusts)["access_key_id"])
        self._world.roles[arn] = _Role(
            trusts=key, external_id=external_id, path=path, deeds=frozenset(deeds.split())
        )
        return arn

    def put(self, name: str, text: str) -> None:
        """Make a secret, or write a new version of it; past who may."""
        owner = self._own
        if name in self._made:
            owner.put_secret_value(SecretId=name, SecretString=text)
        else:
            owner.create_secret(Name=name, SecretString=text)
        self._made.add(name)

    def text(self, name: str, stage: str = "AWSCURRENT") -> str:
        """What a secret says now."""
        told = self._own.get_secret_value(SecretId=name, VersionStage=stage)
        return str(told["SecretString"])

    def delete(self, name: str) -> None:
        """Mark a secret for deletion."""
        self._own.delete_secret(SecretId=name)

    @cached_property
    def _own(self) -> "_Owner":
        key = json.loads(self.key)
        make = cast("Callable[..., _Owner]", vars(boto3)["client"])
        return make(
            "secretsmanager",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=key["access_key_id"],
            aws_secret_access_key=key["secret_access_key"],
        )

    def _answer(self, environ: dict[str, object], start: "StartResponse") -> Iterable[bytes]:
        raw = cast("BytesIO", environ["wsgi.input"]).read(int(str(environ["CONTENT_LENGTH"] or 0)))
        environ["wsgi.input"] = BytesIO(raw)
        asked = Request(environ)
        refused = self._refused(asked, raw)
        if refused is not None:
            return refused(environ, start)
        environ["wsgi.input"] = BytesIO(raw)
        told = Response.from_app(self._behind, environ)
        for key, secret in _LENT.findall(told.get_data(as_text=True)):
            self._world.keys[key] = secret
            self._world.lent[key] = parse_qs(raw.decode())["RoleArn"][0]
        return told(environ, start)

    def _refused(self, asked: Request, raw: bytes) -> Response | None:
        signed = _SIGNED.search(asked.headers.get("Authorization", ""))
        if self.broken:
            return _no(signed, "InternalServiceError", status=500)
        if signed is None or signed[1] not in self._world.keys:
            return _no(signed, "UnrecognizedClientException")
        if not self._is_signed(asked, raw, signed):
            return _no(signed, "SignatureDoesNotMatch")
        if self.expired:
            return _no(signed, "ExpiredTokenException")
        if signed[3] == "sts":
            return self._trusted(signed, parse_qs(raw.decode()))
        return self._allowed(signed, asked, json.loads(raw))

    def _trusted(self, signed: re.Match[str], form: Mapping[str, list[str]]) -> Response | None:
        role = self._world.roles.get(form["RoleArn"][0])
        external = form.get("ExternalId", [""])[0]
        if role is None or (role.trusts, role.external_id) != (signed[1], external):
            return _no(signed, "AccessDenied", status=403)
        return None

    def _allowed(
        self, signed: re.Match[str], asked: Request, given: Mapping[str, object]
    ) -> Response | None:
        if signed[1] == json.loads(self.key)["access_key_id"]:
            return None
        role = self._world.roles[self._world.lent[signed[1]]]
        deed = "read" if asked.headers["X-Amz-Target"].endswith("GetSecretValue") else "write"
        if deed in role.deeds and str(given["SecretId"]).startswith(role.path):
            return None
        return _no(signed, "AccessDeniedException")

    def _is_signed(self, asked: Request, raw: bytes, signed: re.Match[str]) -> bool:
        """Sign it again with the secret half that is known, and compare."""
        headers = {name: asked.headers[name] for name in signed[4].split(";")}
        own = Credentials(signed[1], self._world.keys[signed[1]])
        signer = cast("_Signer", SigV4Auth(own, signed[3], signed[2]))
        again = AWSRequest(method=asked.method, url=asked.url, data=raw, headers=headers)
        vars(again)["context"]["timestamp"] = asked.headers["X-Amz-Date"]
        canonical = signer.canonical_request(again)
        made = signer.signature(signer.string_to_sign(again, canonical), again)
        return asked.headers["Authorization"].endswith(f"Signature={made}")


def _no(signed: re.Match[str] | None, code: str, *, status: int = 400) -> Response:
    """A refusal, as the service writes it."""
    if signed is not None and signed[3] == "sts":
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>No.</Message></Error>"
        body = f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"
        return Response(body, status=403 if status < 500 else status, mimetype="text/xml")
    body = json.dumps({"__type": code, "Message": "No."})
    return Response(body, status=status, mimetype="application/x-amz-json-1.1")
