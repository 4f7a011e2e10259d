"""A credential entered in Slack: what people see, and what is kept of it, which is nothing."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import errors
from bot.demo.slack import shapes
from bot.domain.rotation import State
from bot.slack import ids
from bot.slack.screens import card, rotate
from handlers import payload
from tests import samples
from tests.handlers import front
from tests.handlers.front import CLAIRE, MALIK, Front
from tests.operations import test_credentials as samples_of
from tests.operations import test_putting as stored
from tests.operations.test_credentials import NAME, OTHER, REFUSED, SECRET, serves

FIELD = f"{rotate.PREFIX}{rotate.WHOLE}"


@pytest.fixture
async def desk(shop: Front) -> Front:
    """Acme's warehouse has a sealed credential, and another one would serve the same."""
    home = shop.home
    home.clients.by_id[samples.ACME] = samples_of.acme()
    version = home.sealed.put("acme", "warehouse", text="the one before")
    home.sealed.use("acme", "warehouse", version=version)
    home.trier.serves = {f"{NAME}@{number}": serves() for number in (1, 2)}
    return shop


async def _enter(desk: Front, text: str = SECRET) -> None:
    await desk.type("rotate acme warehouse")
    assert (await desk.slack.control.submit(CLAIRE, values={FIELD: text})).acked
    await desk.desk.drained()


def _shown(desk: Front, user: str = CLAIRE) -> str:
    (view,) = desk.slack.control.views(user)
    return shapes.dump(view.body)


def _current(desk: Front) -> int | None:
    return desk.home.sealed.versions("acme", "warehouse").current


async def _state(desk: Front) -> State:
    return (await desk.home.store.rotations.latest())[0].state


async def test_it_is_entered_compared_and_swapped(desk: Front) -> None:
    await _enter(desk)
    shown = _shown(desk)
    assert "Same account (acme.com)" in shown
    assert "1 of 1 figures of the last full week equal" in shown
    assert SECRET not in shown
    assert _current(desk) == 1
    assert (await desk.slack.control.submit(CLAIRE)).acked
    await desk.desk.drained()
    assert _current(desk) == 2
    assert "rotated the credential: same account (acme.com)" in desk.words()
    (said,) = [one for one in desk.slack.control.ephemerals(CLAIRE) if "rotated" in one.text]
    await desk.press(ids.ROLL_BACK, where=said.ts)
    assert _current(desk) == 1
    assert "rolled back" in desk.words()


async def test_closing_the_comparison_cancels(desk: Front) -> None:
    await _enter(desk)
    await desk.slack.control.close(CLAIRE)
    await desk.desk.drained()
    assert await _state(desk) is State.CANCELLED
    assert _current(desk) == 1
    assert "Cancelled" in desk.words()


async def test_who_closed_the_window_is_told_where_they_asked(desk: Front) -> None:
    """The trial goes on, and what it found comes as a message with the same buttons."""
    desk.home.trier.may.clear()
    await desk.type("rotate acme warehouse")
    await desk.slack.control.submit(CLAIRE, values={FIELD: SECRET})
    assert "acme/warehouse" not in _shown(desk)
    assert "Testing" in _shown(desk)
    await desk.slack.control.close(CLAIRE)
    desk.home.trier.may.set()
    await desk.desk.drained()
    told = desk.told()
    assert "Same account" in desk.words()
    await desk.press(ids.ROTATE_CONFIRM, where=told.ts)
    assert _current(desk) == 2


async def test_another_account_is_refused_in_the_window(desk: Front) -> None:
    desk.home.trier.serves[f"{NAME}@2"] = serves(of=OTHER)
    await _enter(desk)
    shown = _shown(desk)
    assert "It opens globex.com, not acme.com." in shown
    assert "submit" not in desk.slack.control.views(CLAIRE)[0].body
    assert await _state(desk) is State.REFUSED


async def test_a_fault_of_ours_is_said_there_and_leaves_nothing(desk: Front) -> None:
    desk.home.trier.serves = {}
    await _enter(desk)
    assert "Something went wrong on our side" in _shown(desk)
    await desk.home.operations.credentials.sweep()
    assert await _state(desk) is State.CANCELLED
    assert desk.home.sealed.versions("acme", "warehouse").kept == (1,)


async def test_what_is_wrong_stands_beside_the_field(desk: Front) -> None:
    await desk.type("rotate acme")
    pasted = "env://" + "ACME_KEY"
    result = await desk.slack.control.submit(CLAIRE, values={FIELD: pasted})
    assert result.response is not None
    assert result.response["response_action"] == "errors"
    assert "reference" in str(result.response["errors"])
    assert not await desk.home.store.rotations.latest()


async def test_the_card_leads_there(desk: Front) -> None:
    _, found = await desk.home.failed(failure=REFUSED, of=samples_of.acme())
    view = await desk.home.cards.view(found.id)
    assert view is not None
    where = await desk.post(card.card(view))
    await desk.press(ids.ROTATE, where=where)
    assert "Rotate credential" in _shown(desk)
    await desk.press(ids.ROTATE, where=where, user=MALIK)
    assert not desk.slack.control.views(MALIK)
    assert "not something you can do here" in desk.words(MALIK)


def _all(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


async def test_nothing_that_was_entered_is_kept_or_said(desk: Front, tmp_path: Path) -> None:
    await _enter(desk)
    await desk.slack.control.submit(CLAIRE)
    await desk.desk.drained()
    await desk.home.store.backup(tmp_path / "copy.db")
    calls = [one for one in desk.slack.journal.calls() if SECRET in repr(one)]
    assert not calls
    kept = await asyncio.to_thread(_all, tmp_path)
    assert SECRET.encode() not in kept
    assert b"rotate" in kept


async def test_where_other_hands_write_it_what_is_there_is_tried(desk: Front) -> None:
    desk.home.clients.by_id[samples.ACME] = samples_of.acme("env://ACME_KEY")
    desk.home.trier.serves = {"env://ACME_KEY": serves()}
    await desk.type("rotate acme")
    assert "ACME_KEY=" in _shown(desk)
    await desk.slack.control.submit(CLAIRE)
    await desk.desk.drained()
    assert "It works" in _shown(desk)
    assert [reference for reference, _ in desk.home.trier.asked] == ["env://ACME_KEY"]


async def test_others_get_no_window(desk: Front) -> None:
    await desk.type("rotate acme", user=MALIK, channel=front.ACME)
    assert not desk.slack.control.views(MALIK)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)


@given(state=_JSON, metadata=_JSON)
@settings(max_examples=200, deadline=None)
def test_whatever_a_view_holds_reads_as_texts_by_field(state: object, metadata: object) -> None:
    body = {"view": {"state": {"values": state}, "private_metadata": metadata}}
    found = payload.inputs(body, rotate.PREFIX)
    assert all(isinstance(value, str) for value in found.values())
    assert SECRET not in payload.modal(body).value


@given(text=st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_an_input_is_read_as_it_was_entered_and_is_in_no_turn(text: str) -> None:
    values = {FIELD: {FIELD: {"type": "plain_text_input", "value": text}}, "other": None}
    body: dict[str, object] = {
        "view": {"state": {"values": values}, "private_metadata": "acme/warehouse C0"}
    }
    assert payload.inputs(body, rotate.PREFIX) == {rotate.WHOLE: text}
    assert payload.modal(body).fields == {}


async def test_what_a_store_does_not_take_is_written_by_hand(desk: Front) -> None:
    """It is entered here all the same, and tried; who may not write is told what to type."""
    home, name = desk.home, stored.NAME
    home.clients.by_id[samples.ACME] = samples_of.acme(name)
    home.trier.serves = {name: serves(), stored.CANDIDATE: serves()}
    home.trier.store = {name: "3"}
    home.trier.fails = [errors.RunError(stored.FORBIDDEN)]
    await _enter(desk)
    assert "1 of 1 figures of the last full week equal" in _shown(desk)
    assert (await desk.slack.control.submit(CLAIRE)).acked
    await desk.desk.drained()
    assert stored.FORBIDDEN.params["by_hand"] in desk.words()
    assert SECRET not in desk.words()
    await desk.press(ids.MENU_ROTATE, where=desk.told().ts)
    shown = _shown(desk)
    assert "vault kv patch -mount=secret acme/web key=@NEW" in shown
    assert "I have set it" in shown
    assert (await desk.slack.control.submit(CLAIRE)).acked
    await desk.desk.drained()
    assert "It works" in _shown(desk)
    assert home.trier.writes == []


async def test_it_is_written_where_it_is_kept(desk: Front) -> None:
    home, name = desk.home, stored.NAME
    home.clients.by_id[samples.ACME] = samples_of.acme(name)
    home.trier.serves = {name: serves(), stored.CANDIDATE: serves()}
    home.trier.store = {name: "3"}
    await _enter(desk)
    assert (await desk.slack.control.submit(CLAIRE)).acked
    await desk.desk.drained()
    assert home.trier.store == {name: "4"}
    await desk.press(ids.ROLL_BACK, where=desk.told().ts)
    assert home.trier.store == {name: "5"}
    assert "rolled back" in desk.words()
