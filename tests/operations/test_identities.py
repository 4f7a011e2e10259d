"""Saying that what a client's sources serve is the client's: who may, what is kept, what is not."""

from dataclasses import replace

import pytest

from bot import errors, wire
from bot.access import Kind
from bot.domain import client, foresight, identity, run
from bot.domain.report import Identity
from bot.foresight import Looked
from bot.operations import identities
from tests import samples
from tests.operations import house
from tests.operations.house import CLAIRE, House
from tests.store import make

OWN = Identity(source="warehouse", name="Acme Shop", account="properties/1", settings="bigquery:a")


async def _made(
    home: House, seen: Identity = OWN, *, hold: str = "identity"
) -> tuple[run.Run, str]:
    """A run whose report was made of this, and the value of its button."""
    wanted = make.a_run()
    await home.store.runs.claim(wanted)
    await home.store.runs.begin(wanted.id, at=home.clock.now(), by=None)
    to = run.Status.HELD if hold else run.Status.READY
    report = replace(samples.REPORT, identities=(seen,))
    await home.store.runs.end(
        wanted.id, replace(make.made(to=to), report=report, hold=hold), attempt=1
    )
    return wanted, f"{wanted.id}:{identity.stamp([seen])}"


async def _status(home: House, of: run.Run) -> run.Status:
    found = await home.store.runs.get(of.id)
    assert found is not None
    return found.status


async def test_an_operator_confirms_and_it_is_posted(home: House) -> None:
    held, stamp = await _made(home)
    done = await home.operations.identities.post(house.asker(), stamp)
    assert "Confirmed" in done.text
    assert await _status(home, held) is run.Status.READY
    (kept,) = await home.store.identities.all()
    assert (kept.client, kept.identity, kept.by) == (samples.ACME, OWN, CLAIRE)
    (line,) = await home.store.audit.latest()
    assert (line.what, line.client, line.who) == ("confirm identity", "acme", CLAIRE)
    assert line.detail == "warehouse: properties/1"


async def test_one_press_wins(home: House) -> None:
    _, stamp = await _made(home)
    await home.operations.identities.post(house.asker(), stamp)
    with pytest.raises(errors.UsageError, match="too late: the run is ready"):
        await home.operations.identities.post(house.asker(), stamp)


async def test_what_was_discarded_is_not_confirmed(home: House) -> None:
    held, stamp = await _made(home)
    await home.operations.runs.release(house.asker(), held.id, choice="discard")
    with pytest.raises(errors.UsageError, match="too late: the run is cancelled"):
        await home.operations.identities.post(house.asker(), stamp)
    assert not await home.store.identities.all()


async def test_what_was_not_shown_is_not_confirmed(home: House) -> None:
    """The run was made again, of something else, while the older message still stood there."""
    held, _ = await _made(home)
    shown = identity.stamp([replace(OWN, account="properties/2")])
    for stamp in (f"{held.id}:{shown}", f"{held.id}:", "ghost:1"):
        with pytest.raises(errors.UsageError):
            await home.operations.identities.post(house.asker(), stamp)
    assert not await home.store.identities.all()
    assert await _status(home, held) is run.Status.HELD


async def test_members_confirm_nothing(home: House) -> None:
    _, stamp = await _made(home)
    for ask in (home.operations.identities.post, home.operations.identities.confirm):
        with pytest.raises(errors.UsageError, match="not something you can do here"):
            await ask(house.asker(kind=Kind.MEMBER), stamp)
    assert not await home.store.identities.all()


async def test_of_an_internal_client_it_is_just_written_down(home: House) -> None:
    made, stamp = await _made(home, hold="")
    done = await home.operations.identities.confirm(house.asker(), stamp)
    assert done.text == "Confirmed."
    assert await _status(home, made) is run.Status.READY
    assert [one.identity for one in await home.store.identities.all()] == [OWN]


async def test_who_asks_has_the_sources_opened_and_the_shell_confirms_what_it_was_shown(
    home: House,
) -> None:
    """What a worker tells is completed with the files' own word, and files need none."""

    async def opened(of: client.Client) -> Looked:
        told = replace(OWN, settings="the worker's word")
        refused = run.Failure(code=run.FailureCode.CREDENTIAL_REFUSED, source="warehouse")
        shop = wire.Source(name="shop", identity=replace(told, source="shop"))
        own = wire.Source(name="warehouse", identity=told if of.id == "acme" else None)
        failed = wire.Source(name="warehouse", failure=refused)
        sources = (shop, own if of.id == "acme" else failed)
        found = {one.name: one.failure for one in sources}
        look = foresight.Look(client=of.id, at=home.clock.now(), sources=found)
        return Looked(look=look, sources=sources)

    desk = identities.Identities(home.operations.scope, replace(home.needs, look=opened))
    shell = house.asker(Kind.SHELL, "shell", who="shell:claire")
    files, web = (await desk.check(shell, "acme")).sources
    assert (files.identity.settings, files.doubted) == ("", False)
    assert (web.identity.settings, web.doubted) == ("bigquery:acme-analytics", True)
    await desk.own(shell, "acme", seen=[web.identity])
    _, again = (await desk.check(shell, "acme")).sources
    assert not again.doubted
    _, failed = (await desk.check(shell, "globex")).sources
    assert (failed.doubted, "press Retry" in failed.failed) == (False, False)
    assert "refused" in failed.failed
    assert (await desk.check(house.asker(), "acme")).sources[1] == again
    with pytest.raises(errors.UsageError, match="not something you can do here"):
        await desk.check(house.asker(kind=Kind.MEMBER), "acme")
