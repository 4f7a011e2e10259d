"""A credential that is kept in a store of its own: tried, written there, and rolled back."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import errors
from bot.domain import reference, rotation, run
from bot.domain.kept import Keep
from bot.domain.rotation import State
from bot.operations import answers, credentials, entering, putting
from tests.operations import house
from tests.operations.house import House
from tests.operations.test_credentials import SECRET, acme, serves

NAME = "vault://secret/acme/web#key"
WAITS = reference.parse(NAME).sealed
CANDIDATE = f"{WAITS}@1"
FORBIDDEN = run.Failure(
    code=run.FailureCode.STORE_FORBIDDEN,
    reference=NAME,
    params={
        "store": "Vault",
        "identity": "this client's role",
        "deed": "write",
        "right": "“update”",
        "by_hand": "vault kv patch -mount=secret acme/web key=@FILE",
    },
)
DOWN = run.Failure(code=run.FailureCode.STORE_UNREACHABLE, params={"store": "Vault"})


@pytest.fixture
async def home(tmp_path: Path) -> AsyncGenerator[House]:
    async with house.opened(tmp_path, acme(NAME), house.GLOBEX) as opened:
        opened.trier.serves = {NAME: serves(), CANDIDATE: serves()}
        opened.trier.store = {NAME: "3"}
        yield opened


async def _tried(home: House) -> rotation.View:
    desk = home.operations.credentials
    begun = await desk.begin(house.asker(), ("acme",), entered={entering.WHOLE: SECRET})
    return await desk.try_(begun.id)


def _waiting(home: House) -> tuple[int, ...]:
    return home.sealed.versions("acme", WAITS.name).kept


async def test_it_is_tried_sealed_and_then_written_where_it_is_kept(home: House) -> None:
    desk = home.operations.credentials
    tried = await _tried(home)
    assert [name for name, _ in home.trier.asked] == [NAME, CANDIDATE]
    assert (tried.rotation.state, tried.rotation.previous) == (State.TESTED, "3")
    assert (home.trier.writes, _waiting(home)) == ([], (1,)), "nothing has changed yet"
    done = await desk.confirm(house.asker(), tried.rotation.id)
    assert home.trier.writes == [Keep(into=NAME, text=CANDIDATE, over="3")]
    assert (done.view.rotation.state, done.view.rotation.candidate) == (State.SWAPPED, "4")
    assert _waiting(home) == (), "nothing of it is left here"
    back = await desk.back(house.asker(), tried.rotation.id)
    assert back.view.rotation.state is State.RETURNED
    assert home.trier.writes[1:] == [
        Keep(into=NAME, text="vault://secret/acme/web?version=3#key", over="4")
    ]


async def test_who_may_not_write_is_told_what_to_type_and_then_not_asked_again(
    home: House,
) -> None:
    desk = home.operations.credentials
    tried = await _tried(home)
    home.trier.fails = [errors.RunError(FORBIDDEN)]
    done = await desk.confirm(house.asker(), tried.rotation.id)
    assert done.view.rotation.state is State.CANCELLED
    assert FORBIDDEN.params["by_hand"] in done.view.rotation.said
    assert _waiting(home) == ()
    form = await desk.form(house.asker(), ("acme",))
    assert form.how is answers.How.OUTSIDE
    begun = await desk.begin(house.asker(), ("acme",), entered=None)
    there = await desk.try_(begun.id)
    assert there.rotation.candidate is None, "what somebody has written is tried, as it is there"


@pytest.mark.parametrize("deed", [State.SWAPPED, State.RETURNED])
@pytest.mark.parametrize(
    "fault", [errors.RunLost("gone"), errors.RunError(DOWN)], ids=["a death", "no answer"]
)
async def test_what_gave_no_answer_is_asked_again_by_the_next_life(
    home: House, deed: State, fault: errors.ReportopsError
) -> None:
    desk = home.operations.credentials
    tried = await _tried(home)
    act = desk.confirm
    if deed is State.RETURNED:
        await desk.confirm(house.asker(), tried.rotation.id)
        act = desk.back
    home.trier.fails = [fault]
    waits = await act(house.asker(), tried.rotation.id)
    assert waits.view.rotation.state in {State.SWAPPING, State.RETURNING}
    later = credentials.Credentials(home.operations.scope, home.needs)
    await later.sweep()
    (ended,) = await home.store.rotations.latest()
    assert ended.state is deed


async def test_a_store_that_stays_silent_ends_it_in_words(home: House) -> None:
    tried = await _tried(home)
    home.trier.fails = [errors.RunError(DOWN)] * 2
    await home.operations.credentials.confirm(house.asker(), tried.rotation.id)
    home.clock.advance(putting.PATIENCE + timedelta(seconds=1))
    await home.operations.credentials.sweep()
    (ended,) = await home.store.rotations.latest()
    assert ended.state is State.CANCELLED
    assert "Whether it was written is not known" in ended.said
    assert _waiting(home) == ()


async def test_a_roll_back_that_is_refused_leaves_the_new_one_and_its_way_back(
    home: House,
) -> None:
    desk = home.operations.credentials
    tried = await _tried(home)
    await desk.confirm(house.asker(), tried.rotation.id)
    home.trier.fails = [errors.RunError(FORBIDDEN)]
    with pytest.raises(errors.UsageError, match="does not let"):
        await desk.back(house.asker(), tried.rotation.id)
    done = await desk.back(house.asker(), tried.rotation.id)
    assert done.view.rotation.state is State.RETURNED


async def test_the_shell_puts_one_in_force_untried(home: House) -> None:
    version = home.sealed.put("acme", WAITS.name, text=SECRET)
    done = await home.operations.credentials.install(house.asker(), ("acme",), version=version)
    assert (done.view.rotation.state, done.view.rotation.previous) == (State.SWAPPED, "3")
    assert home.trier.writes == [Keep(into=NAME, text=CANDIDATE, over="3")]
