"""`reportops client remove`: runs end, credentials and stored facts go, and it is accounted for."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot import errors
from bot.access import Kind
from bot.cli import text
from bot.domain import delivery, ids, incident, run
from bot.operations import answers, leaving
from bot.sealed import age, places, writing
from tests.operations import house
from tests.operations.house import ACME, GLOBEX, House
from tests.store import make

SHELL = house.asker(Kind.SHELL, "shell", who="shell:ann")


async def _remove(home: House, name: str = "acme") -> answers.Receipt:
    return await home.operations.leaving.remove(SHELL, name)


async def test_its_runs_end_and_its_cards_say_so(home: House) -> None:
    stopped, found = await home.failed()
    _, other = await home.failed(of=GLOBEX)
    receipt = await _remove(home)
    assert receipt.stopped == 1
    now = await home.store.runs.get(stopped.id)
    assert now is not None
    assert now.status is run.Status.SKIPPED
    closed = await home.store.incidents.get(found.id)
    assert closed is not None
    assert closed.status is incident.IncidentStatus.CLOSED
    card = await home.store.deliveries.get(f"card:{found.id}")
    assert card is not None
    assert "kipped" in card.bodies[0].text
    assert [one.id for one in await home.store.incidents.all_open()] == [other.id]
    assert await home.store.pauses.current(ACME.id) is not None
    assert await home.store.pauses.current(GLOBEX.id) is None


async def test_what_is_stored_goes_and_what_was_done_stays(home: House) -> None:
    sent = await home.sent()
    spent = list(await home.store.ledger.of_run(sent.id))
    receipt = await _remove(home)
    assert receipt.gone.reports == 1
    assert await home.store.runs.outcome(sent.id) is None
    assert list(await home.store.ledger.of_run(sent.id)) == spent
    assert (await home.trail())[0] == ("shell:ann", "remove client", "acme")
    told = text.of(receipt)
    assert "1 deleted" in told
    assert "the audit trail" in told
    assert "Delete env://ACME_BIGQUERY where it is kept." in told


async def test_while_a_report_is_on_its_way_nothing_is_deleted(home: House) -> None:
    sent = await home.sent()
    on_its_way = replace(make.of_week(make.a_run(), 1), client=ACME.id)
    await make.ready(home.store, on_its_way)
    shown = make.post(on_its_way)
    assert await home.store.runs.enter_posting(on_its_way.id, shown)
    await home.store.deliveries.begin(shown.key, since=make.SINCE)
    with pytest.raises(errors.UsageError, match="on its way to Slack right now"):
        await _remove(home)
    assert await home.store.runs.outcome(sent.id) is not None
    await home.store.deliveries.posted(shown.key, ts=make.TS, at=make.LATER)
    assert (await _remove(home)).gone.reports == 2


async def test_a_report_that_only_waits_to_be_posted_is_taken_back(home: House) -> None:
    waits = replace(make.a_run(), client=ACME.id)
    await make.ready(home.store, waits)
    assert await home.store.runs.enter_posting(waits.id, make.post(waits))
    assert (await _remove(home)).stopped == 1
    found = await home.store.deliveries.of_run(waits.id)
    assert found is not None
    assert (found.state, found.bodies[0].text) == (delivery.State.CANCELLED, "")


async def test_an_attempt_that_was_cut_is_closed_and_never_resumed(home: House) -> None:
    running = replace(make.a_run(), client=ACME.id)
    await home.store.runs.claim(running)
    await home.store.runs.begin(running.id, at=make.NOW, by=None)
    assert (await _remove(home)).stopped == 1
    (tried,) = await home.store.runs.attempts(running.id)
    assert tried.end is run.AttemptEnd.ABANDONED
    found = await home.store.runs.get(running.id)
    assert found is not None
    assert found.status is run.Status.SKIPPED


async def test_its_sealed_credentials_go_with_its_key_and_nobody_elses(
    home: House, tmp_path: Path
) -> None:
    master = age.generate()
    places.write(places.Places(root=tmp_path).master, master.recipient.encode())
    sealed = writing.Sealed(tmp_path)
    for owner in ("acme", "acme-two"):
        for _ in range(2):
            sealed.use(owner, "shop", version=sealed.put(owner, "shop", text="abc"))
    needs = replace(home.needs, unseal=sealed.remove)
    receipt = await leaving.Leaving(home.operations.scope, needs).remove(SHELL, "acme")
    assert receipt.sealed == 2
    assert not _files_of("acme", tmp_path)
    assert len(_files_of("acme-two", tmp_path)) == 5
    assert sealed.versions("acme-two", "shop").kept == (1, 2)


def _files_of(owner: str, folder: Path) -> list[Path]:
    """Its key, its public half, and what is sealed to it."""
    found = (one.relative_to(folder) for one in folder.rglob("*") if one.is_file())
    return [one for one in found if {owner, f"{owner}.age"} & {*one.parts}]


@dataclass
class Cut:
    """Where it is cut the first time."""

    left: int
    calls: list[str] = field(default_factory=list[str])

    def __call__(self, owner: str) -> int:
        self.calls.append(owner)
        if self.left:
            self.left -= 1
            raise errors.StoreTrouble("the disk is full")
        return 3


async def test_what_was_cut_is_said_and_finished_by_the_next_call(home: House) -> None:
    await home.sent()
    part = leaving.Leaving(home.operations.scope, replace(home.needs, unseal=Cut(1)))
    with pytest.raises(errors.StoreTrouble):
        await part.remove(SHELL, "acme")
    receipt = await part.remove(SHELL, "acme")
    assert receipt.begun is not None
    assert "A removal by shell:ann had begun at" in text.of(receipt)
    assert (receipt.sealed, receipt.gone.reports) == (3, 1)
    again = await part.remove(SHELL, "acme")
    assert again.begun is None
    assert again.gone.reports == 0


@pytest.mark.parametrize("name", ["nobody", "../acme", "acme ", ""])
async def test_who_never_was_a_client_is_not_removed(home: House, name: str) -> None:
    with pytest.raises(errors.UsageError, match="there was none"):
        await _remove(home, name)


async def test_a_client_whose_folder_is_gone_is_removed_too(home: House) -> None:
    await home.sent()
    del home.clients.by_id[ACME.id]
    assert (await _remove(home)).gone.reports == 1


async def test_it_is_for_the_shell_alone(home: House) -> None:
    with pytest.raises(errors.UsageError, match=house.REFUSED):
        await home.operations.leaving.remove(house.asker(), "acme")
    assert await home.store.pauses.current(ids.ClientId("acme")) is None
