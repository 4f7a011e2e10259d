"""Each store of credentials in real walled runs, reached through the broker as the client."""

import hashlib
import json
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import errors, wire
from bot.demo import google
from bot.domain.kept import Keep
from bot.domain.run import FailureCode
from bot.executors import process, walled
from bot.guard import launcher
from bot.ipc import guarded
from bot.kinds import stores
from tests import samples
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
VARIABLES = {"vault": "ACME_VAULT", "aws": "ACME_AWS", "gcp": "ACME_GCP"}
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
    settings = {
        "url": "https://vault.example.com",
        "role_id": "acme",
        "secret_id": "env://ACME_VAULT",
    }
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
        section={"aws": {"region": REGION, "role": role, "credential": "env://ACME_AWS"}},
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
        section={"gcp": {"impersonate": own, "credential": "env://ACME_GCP"}},
        doubles={"gcp-sm": double.url},
        hosts=(double.url, accounts.url),
        own=f"gcp-sm://{name}",
        theirs="gcp-sm://projects/agency/secrets/pvcp-shop",
    )


MADE = {"vault": _vault, "aws": _aws, "gcp": _gcp}


@contextmanager
def guarded_by(at: Path, environment: Mapping[str, str]) -> Generator[guarded.Guard]:
    """A guard whose keeper has this environment."""
    at.chmod(0o755)
    guard = launcher.start(environment, clients=at)
    try:
        yield guard
    finally:
        guard.close()


def staged(guard: guarded.Guard, at: Path) -> acting.Stage:
    """Where workers act behind walls, with the doubles of this machine in reach."""
    modules = (*walled.MODULES, "tests.executors.puppet")
    return acting.Stage(
        place=at, starter=walled.starter(guard, private=("127.0.0.0/8",), modules=modules)
    )


@pytest.fixture(scope="module")
def house() -> Generator[tuple[acting.Stage, Mapping[str, Kept]]]:
    """One guard for all: each store, with what signs in to it in the keeper's environment."""
    with ExitStack() as stack:
        at = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reportops-st-")))
        made = {name: make(stack) for name, make in MADE.items()}
        kept = {VARIABLES[name]: one.base for name, one in made.items()}
        yield staged(stack.enter_context(guarded_by(at, kept)), at), made


async def _asked(stage: acting.Stage, kept: Kept, reference: str, *, reached: bool) -> str:
    """What a run said that asked for a reference: a digest of it, or why it has none."""
    executor = stage.executor(OPENED.format(reference=reference))
    order = stage.order(deadline=45.0)
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
async def test_a_walled_run_reads_its_own(
    house: tuple[acting.Stage, Mapping[str, Kept]], name: str
) -> None:
    stage, made = house
    said = await _asked(stage, made[name], made[name].own, reached=True)
    assert said == hashlib.sha256(WORD.encode()).hexdigest()


@pytest.mark.parametrize("name", MADE)
async def test_a_walled_run_does_not_read_another_clients(
    house: tuple[acting.Stage, Mapping[str, Kept]], name: str
) -> None:
    stage, made = house
    said = await _asked(stage, made[name], made[name].theirs, reached=True)
    assert f" read {made[name].theirs}." in said


async def test_a_store_that_the_order_does_not_name_is_out_of_reach(
    house: tuple[acting.Stage, Mapping[str, Kept]],
) -> None:
    stage, made = house
    said = await _asked(stage, made["vault"], made["vault"].own, reached=False)
    assert said.endswith(f"where {made['vault'].own} is kept, could not be reached.")


_ROLE = {"role_id": "acme", "secret_id": "env://ACME_VAULT"}
_THEIRS = "vault://secret/pvcp/shop#key"
NOTHING = Kept(base="", section={}, doubles={}, hosts=(), own="", theirs="")


async def test_a_keyring_is_read_by_the_clerk(tmp_path: Path) -> None:
    with session.started() as desktop, guarded_by(tmp_path, desktop.environment) as guard:
        stage = staged(guard, tmp_path)
        desktop.put("acme-shop", WORD)
        said = await _asked(stage, NOTHING, "keyring://acme-shop", reached=False)
        assert said == hashlib.sha256(WORD.encode()).hexdigest()
        desktop.lock()
        locked = await _asked(stage, NOTHING, "keyring://acme-shop", reached=False)
        assert "cannot be opened: the keyring is locked" in locked


async def test_without_a_session_the_keyring_is_said_to_be_missing(
    house: tuple[acting.Stage, Mapping[str, Kept]],
) -> None:
    said = await _asked(house[0], NOTHING, "keyring://acme-shop", reached=False)
    assert "there is no keyring that is trusted where the bot runs" in said


async def test_a_walled_run_writes_its_own_and_tells_its_version(tmp_path: Path) -> None:
    """By the present worker, as an order asks it: the text comes out of the keeper alone."""
    with VaultDouble() as double:
        path = "secret/data/acme/*"
        kept = {
            "ACME_VAULT": double.approle("acme", read=path, write=path),
            "ACME_NEW": f"{WORD}-anew",
        }
        double.put("secret/acme/shop", key=WORD)
        section = {**_ROLE, "url": "https://vault.example.com"}
        with guarded_by(tmp_path, kept) as guard:
            starter = walled.starter(guard, private=("127.0.0.0/8",))
            executor = process.ProcessExecutor(memory_mb=1024, starter=starter)
            what = Keep(into="vault://secret/acme/shop#key", text="env://ACME_NEW", over="1")
            of = samples.SOURCES["warehouse"]
            source = replace(of, credential=what.into)
            order = wire.CheckOrder(
                client=replace(
                    samples.CLIENT,
                    folder=tmp_path,
                    stores={"vault": section},
                    sources={of.name: source},
                ),
                keep=what,
                as_of=samples.AS_OF,
                credentials={},
                references=stores.needed({"vault": section}, [what.into, "env://ACME_NEW"]),
                hosts=(urlsplit(double.url).netloc,),
                deadline_seconds=45.0,
                scratch=tmp_path,
                environment={"vault": double.url},
            )
            (told,) = (await executor.check(order)).sources
            assert (told.failure, told.version) == (None, "2")
            assert double.newest("secret/acme/shop") == {"key": kept["ACME_NEW"]}
            (other,) = (
                await executor.check(replace(order, keep=replace(what, into=_THEIRS)))
            ).sources
        assert other.failure is not None
        assert other.failure.code is FailureCode.STORE_FORBIDDEN
        assert WORD not in str(other)
