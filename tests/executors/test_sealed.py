"""Sealed credentials in real runs: a run opens its client's own, and nothing else of the folder."""

import base64
import hashlib
import sys
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot import wire
from bot.domain.run import FailureCode
from bot.executors import plain
from bot.guard import launcher
from bot.ipc.sealing import Sealing
from bot.sealed import age, opening, places, writing
from tests.executors import acting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]
ACMES, AGENCYS, PVCPS = ("the-quiet-word-of-" + name for name in ("acme", "all", "pvcp"))
OPENED = """
import hashlib
said = [hashlib.sha256(keys.text(one).encode()).hexdigest() for one in order.references]
return wire.RunFailed(
    failure=run.Failure(code=run.FailureCode.SOURCE_BUSY, said=" ".join(said)), timings={})
"""
ATTACK = """
import base64
from bot.sealed import age
kept = keys.order.kept
said = ["identities:" + ",".join(sorted(kept.identities))]
for one in ("keys/pvcp.age", "sealed/pvcp/shop/1.age", "keys", "sealed", "versions/pvcp/shop"):
    place = Path({folder!r}) / one
    try:
        place.read_bytes() if place.suffix or "shop" in one else os.listdir(place)
        said.append("through:" + one)
    except OSError as error:
        said.append(type(error).__name__)
pvcps = base64.b64decode({blob!r})
for identity in kept.identities.values():
    try:
        said.append("unsealed:" + str(len(age.unseal(pvcps, identity=identity))))
    except ValueError as error:
        said.append(type(error).__name__)
try:
    keys.text("local://elsewhere")
except Exception as error:
    said.append(error.failure.code.value)
return wire.RunFailed(
    failure=run.Failure(code=run.FailureCode.SOURCE_BUSY, said=" ".join(said)), timings={{}})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Clients with sealed credentials, and who starts their runs."""

    stage: acting.Stage
    folder: Path

    def order(self, *references: str) -> wire.RunOrder:
        """Return Acme's order, for what it names."""
        self.stage.executor()
        return replace(self.stage.order(), credentials={}, references=references)


def _filled(folder: Path) -> Sealing:
    """A folder with a credential of Acme's, of the agency's and of Pierre & Vacances'."""
    master, at = age.generate(), places.Places(root=folder)
    places.make(folder)
    places.write(at.master, master.recipient.encode())
    known = writing.Sealed(folder)
    for owner, name, text in (
        ("acme", "shop", ACMES),
        ("agency.ads", "ads", AGENCYS),
        ("pvcp", "shop", PVCPS),
    ):
        known.use(owner, name, version=known.put(owner, name, text=text))
    return Sealing(folder=str(folder), master=master.identity)


@pytest.fixture(params=["plain", "walled"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[House]:
    folder, clients = tmp_path / "credentials", tmp_path / "clients"
    tmp_path.chmod(0o755)
    clients.mkdir(mode=0o755)
    sealing = _filled(folder)
    if request.param == "plain":
        opener = opening.Opener(folder, master=sealing.master)
        made = acting.plainly(tmp_path)
        starter = plain.Plain(python=str(tmp_path / "python"), keep=opener.kept)
        assert made.most is starter.most
        yield House(stage=acting.Stage(place=clients, starter=starter), folder=folder)
        return
    if sys.platform != "linux":
        pytest.skip("the walls are Linux's")
    guard = launcher.start({}, clients=clients, sealing=sealing)
    try:
        stage = acting.Stage(place=clients, starter=acting.walledly(guard))
        yield House(stage=stage, folder=folder)
    finally:
        guard.close()


async def test_a_run_opens_its_own_and_what_the_agency_lends(house: House) -> None:
    order = house.order("local://shop", "local://agency/ads", "local://shop@1")
    outcome = await house.stage.executor(OPENED).execute(order)
    wanted = [hashlib.sha256(one.encode()).hexdigest() for one in (ACMES, AGENCYS, ACMES)]
    assert acting.failure(outcome).said.startswith(f"{wanted[0]} {wanted[1]} {wanted[2]}"[:190])
    assert outcome.walls is not None
    assert "env://" not in outcome.walls.told


@pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
@pytest.mark.parametrize("house", ["walled"], indirect=True)
async def test_a_run_cannot_open_what_is_another_clients(house: House) -> None:
    """It asks for a name that only the other has, reads the folder, and has the other's file."""
    sealed = places.Places(root=house.folder).version("pvcp", "shop", version=1).read_bytes()
    code = ATTACK.format(folder=str(house.folder), blob=base64.b64encode(sealed).decode())
    outcome = await house.stage.executor(code).execute(house.order("local://shop"))
    said = acting.failure(outcome).said.split()
    assert said[0] == "identities:acme"
    assert set(said[1:6]) <= {"PermissionError", "FileNotFoundError"}
    assert said[6:] == ["ForeignError", "credential_missing"]


async def test_what_cannot_be_opened_is_told_with_what_mends_it(house: House) -> None:
    (house.folder / "keys/acme.age").unlink()
    for reference, code in {
        "local://shop": FailureCode.CREDENTIAL_CLOSED,
        "local://nothing": FailureCode.CREDENTIAL_MISSING,
    }.items():
        order = house.order(reference)
        sources = {
            name: replace(one, kind="bigquery", credential=reference)
            for name, one in order.client.sources.items()
        }
        order = replace(order, client=replace(order.client, sources=sources))
        failure = acting.failure(await house.stage.executor().execute(order))
        assert (failure.code, failure.reference, failure.source) == (code, reference, "shop")
