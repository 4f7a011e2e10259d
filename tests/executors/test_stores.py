"""Each store of credentials in real walled runs, reached through the broker as the client."""

import hashlib
import json
import sys
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import errors, wire
from bot.demo import google
from bot.domain.run import FailureCode
from bot.executors import walled
from bot.guard import launcher
from bot.kinds import stores
from tests.executors import acting
from tests.ipc import session
from tests.stores.aws import REGION, AwsDouble
from tests.stores.gcp import SecretsDouble
from tests.stores.vault import VaultDouble

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]
WORD = "the-quiet-word-of-acme"
BASE = "env://ACME_BASE"
OPENED = """
import hashlib
from bot import errors
try:
    said = hashlib.sha256(keys.text({reference!r}).encode()).hexdigest()
    failure = run.Failure(code=run.FailureCode.SOURCE_BUSY, said=said)
except errors.RunError as error:
    failure = error.failure
return wire.RunFailed(failure=failure, timings={{}})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A store that keeps Acme's word and another client's."""

    base: str
    """What signs in to it."""
    section: Mapping[str, Mapping[str, object]]
    doubles: Mapping[str, str]
    hosts: tuple[str, ...]
    own: str
    theirs: str


def _vault(stack: ExitStack) -> Kept:
    double = stack.enter_context(VaultDouble())
    double.put("secret/acme/shop", key=WORD)
    base = double.approle("acme", read="secret/data/acme/*")
    settings = {"url": "https://vault.example.com", "role_id": "acme", "secret_id": BASE}
    return Kept(
        base=base,
        section={"vault": settings},
        doubles={"vault": double.url},
        hosts=(double.url,),
        own="vault://secret/acme/shop#key",
        theirs="vault://secret/pvcp/shop#key",
    )


def _aws(stack: ExitStack) -> Kept:
    double = stack.enter_context(AwsDouble())
    double.put("acme/shop", json.dumps({"key": WORD}))
    base = double.access_key("acme")
    role = double.role("acme", trusts=base, path="acme/")
    return Kept(
        base=base,
        section={"aws": {"region": REGION, "role": role, "credential": BASE}},
        doubles={"aws-sm": double.url},
        hosts=(double.url,),
        own="aws-sm://acme/shop#key",
        theirs="aws-sm://pvcp/shop#key",
    )


def _gcp(stack: ExitStack) -> Kept:
    accounts = stack.enter_context(google.GoogleDouble())
    double = stack.enter_context(SecretsDouble(accounts))
    own, signer = (f"{name}@agency.iam.gserviceaccount.com" for name in ("acme", "signer"))
    name = "projects/agency/secrets/acme-shop"
    double.put(name, WORD)
    double.lend(own, to=signer)
    double.allow(own, "read", name=name)
    return Kept(
        base=json.dumps(accounts.service_account(signer, "agency")),
        section={"gcp": {"impersonate": own, "credential": BASE}},
        doubles={"gcp-sm": double.url},
        hosts=(double.url, accounts.url),
        own=f"gcp-sm://{name}",
        theirs="gcp-sm://projects/agency/secrets/pvcp-shop",
    )


MADE = {"vault": _vault, "aws": _aws, "gcp": _gcp}


@contextmanager
def staged(at: Path, environment: Mapping[str, str]) -> Generator[acting.Stage]:
    """A guard whose keeper has this environment."""
    at.chmod(0o755)
    guard = launcher.start(environment, clients=at)
    modules = (*walled.MODULES, "tests.executors.puppet")
    try:
        starter = walled.starter(guard, private=("127.0.0.0/8",), modules=modules)
        yield acting.Stage(place=at, starter=starter)
    finally:
        guard.close()


async def _asked(stage: acting.Stage, kept: Kept, reference: str, *, reached: bool) -> str:
    """What a run said that asked for a reference: a digest of it, or why it has none."""
    executor = stage.executor(OPENED.format(reference=reference))
    order = stage.order()
    sources = order.client.sources.items()
    named = {name: replace(one, credential=reference) for name, one in sources}
    order = replace(
        order,
        client=replace(order.client, stores=kept.section, sources=named),
        credentials={},
        references=stores.needed(kept.section, [reference]),
        hosts=tuple(urlsplit(url).netloc for url in kept.hosts) if reached else (),
        environment=kept.doubles,
    )
    outcome = await executor.execute(order)
    assert isinstance(outcome, wire.RunFailed)
    assert WORD not in str(outcome)
    found = outcome.failure
    return found.said if found.code is FailureCode.SOURCE_BUSY else errors.describe(found)


@pytest.mark.parametrize("name", MADE)
async def test_a_walled_run_reads_its_own_and_no_others(tmp_path: Path, name: str) -> None:
    with ExitStack() as stack:
        kept = MADE[name](stack)
        stage = stack.enter_context(staged(tmp_path, {"ACME_BASE": kept.base}))
        said = await _asked(stage, kept, kept.own, reached=True)
        assert said == hashlib.sha256(WORD.encode()).hexdigest()
        refused = await _asked(stage, kept, kept.theirs, reached=True)
        assert f" read {kept.theirs}." in refused
        away = await _asked(stage, kept, kept.own, reached=False)
        assert away.endswith(f"where {kept.own} is kept, could not be reached.")


async def test_a_keyring_is_read_by_the_clerk(tmp_path: Path) -> None:
    with session.started() as desktop, staged(tmp_path, desktop.environment) as stage:
        desktop.put("acme-shop", WORD)
        nothing = Kept(base="", section={}, doubles={}, hosts=(), own="", theirs="")
        said = await _asked(stage, nothing, "keyring://acme-shop", reached=False)
        assert said == hashlib.sha256(WORD.encode()).hexdigest()
        missing = await _asked(stage, nothing, "keyring://pvcp-shop", reached=False)
        assert "keyring://pvcp-shop of The source is not set" in missing
        desktop.lock()
        locked = await _asked(stage, nothing, "keyring://acme-shop", reached=False)
        assert "cannot be opened: the keyring is locked" in locked


async def test_without_a_session_the_keyring_is_said_to_be_missing(tmp_path: Path) -> None:
    nothing = Kept(base="", section={}, doubles={}, hosts=(), own="", theirs="")
    with staged(tmp_path, {}) as stage:
        said = await _asked(stage, nothing, "keyring://acme-shop", reached=False)
        assert "there is no keyring that is trusted where the bot runs" in said
