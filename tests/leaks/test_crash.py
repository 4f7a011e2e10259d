"""Runs that talk of what they hold and then end badly: what the bot hears of it is masked."""

import sys
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.guard import launcher
from bot.ipc import guarded
from bot.ipc.sealing import Sealing
from bot.sealed import age, places, writing
from tests.executors import acting
from tests.leaks import house
from tests.leaks.canaries import Canaries
from tests.leaks.places import Search

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]
LENT, SEALED = "env://ACME_BIGQUERY", "local://shop"
TALKS = """
import base64, logging, urllib.parse
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
library = logging.getLogger("httpcore.http11")
for secret in map(keys.text, order.references):
    library.debug("send_request_headers [(b'Authorization', b'Bearer %s')]", secret)
    library.debug("params=%r", {"key": secret, "and": [urllib.parse.quote(secret, safe="")]})
    print(base64.b64encode(f"user:{secret}".encode()).decode(), secret.encode().hex())
    try:
        raise ValueError(f"refused {secret}")
    except ValueError as error:
        library.exception("it said %s", error)
    sys.stderr.write(secret[:20])
    sys.stderr.flush()
    sys.stderr.write(secret[20:])
"""
ENDS = {
    "it raises": "raise RuntimeError(f'refused {secret}') from KeyError(secret)",
    "it raises several": "raise ExceptionGroup(secret, [OSError(1, secret, secret)])",
    "it leaves": "sys.exit(f'refused {secret}')",
    "it is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "it aborts": "os.kill(os.getpid(), signal.SIGABRT)",
    "it tells": (
        "return wire.RunFailed(failure=run.Failure(code=run.FailureCode.SOURCE_BUSY, said=secret,\n"
        "    params={'reason': f'no {secret}'}), timings={})"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A guard that has credentials, and what is looked for."""

    guard: guarded.Guard
    clients: Path
    search: Search


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stand]:
    """With a credential of each way to keep one: its own, and a sealed one."""
    folder = tmp_path_factory.mktemp("house")
    folder.chmod(0o755)
    clients, credentials = folder / "clients", folder / "credentials"
    clients.mkdir(mode=0o755)
    canaries, master = Canaries(), age.generate()
    lent, own = (canaries.add(name, house.fresh()) for name in (LENT, SEALED))
    canaries.add("the master key", master.identity)
    places.make(credentials)
    places.write(places.Places(root=credentials).master, master.recipient.encode())
    known = writing.Sealed(credentials)
    known.use("acme", "shop", version=known.put("acme", "shop", text=own))
    sealing = Sealing(folder=str(credentials), master=master.identity)
    guard = launcher.start({"ACME_BIGQUERY": lent}, clients=clients, sealing=sealing)
    try:
        yield Stand(guard=guard, clients=clients, search=Search(canaries))
    finally:
        guard.close()


@pytest.mark.parametrize("end", ENDS)
async def test_a_run_that_talks_and_ends_badly(stand: Stand, end: str) -> None:
    stage = acting.Stage(place=stand.clients, starter=acting.walledly(stand.guard))
    executor = stage.executor(TALKS + ENDS[end])
    order = replace(stage.order(deadline=60), credentials={}, references=(LENT, SEALED))
    with capture_logs() as logs:
        outcome = await executor.execute(order)
    heard = " ".join(str(one.get("line")) for one in logs)
    assert "send_request_headers" in heard
    assert heard.count("***") >= 8
    stand.search.look("outcomes", repr(outcome).encode())
    stand.search.look("logs", repr(logs).encode())
    stand.search.files("files", stand.clients.parent)
    assert not stand.search.hits
