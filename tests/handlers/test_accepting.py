"""A command accepted is a command done: by this life of the bot, or by the next."""

from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import TypeAdapter
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltRequest

from bot import errors
from bot.domain import ids, run
from bot.operations import scope
from bot.slack import ids as names
from bot.store import inbox
from handlers import accepting, deeds, payload
from tests.handlers import front
from tests.handlers.front import CLAIRE, Front
from tests.operations import house

_TURN = TypeAdapter(payload.Turn)
ACME = house.ACME.id


def _turn(text: str = "", *, value: str = "", trigger: str = "t1") -> payload.Turn:
    return payload.Turn(
        user=ids.UserId(CLAIRE),
        channel=ids.ChannelId(front.OPS),
        direct=False,
        trigger=trigger,
        text=text,
        value=value,
    )


async def _leave(shop: Front, turn: payload.Turn, deed: str = deeds.REPORT) -> inbox.Accepted:
    """Leave in the inbox what an earlier life of the bot had accepted."""
    left = inbox.Accepted(
        key=f"ask:{turn.trigger}",
        deed=deed,
        facts=_TURN.dump_json(turn).decode(),
        received_at=shop.home.clock.now(),
    )
    assert await shop.home.store.inbox.put(left)
    return left


async def _caught_up(shop: Front) -> None:
    await shop.desk.catch_up()
    await shop.desk.drained()


async def _read_only(shop: Front, *, on: bool) -> None:
    """Let the database refuse every write, as on a full disk."""
    owner = shop.home.store._database
    await owner.read(lambda connection: connection.execute(f"PRAGMA query_only = {int(on)}"))


async def _paused(shop: Front) -> bool:
    return await shop.home.store.pauses.current(ACME) is not None


async def _send(shop: Front, text: str, trigger: str) -> BoltResponse:
    body: dict[str, object] = {
        "command": "/report",
        "text": text,
        "user_id": CLAIRE,
        "team_id": "T0NORTHWIND",
        "channel_id": front.OPS,
        "trigger_id": trigger,
        "response_url": "http://127.0.0.1:9/none",
    }
    answered = await shop.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    await shop.desk.drained()
    return answered


async def test_what_an_earlier_life_accepted_is_done_and_told(shop: Front) -> None:
    await _leave(shop, _turn("pause acme"))
    await _caught_up(shop)
    assert await _paused(shop)
    assert "You asked at" in shop.told().text
    assert "Acme Corp is paused" in shop.told().text
    assert not await shop.home.store.inbox.undone()


async def test_it_is_done_in_the_order_it_was_asked(shop: Front) -> None:
    for number, text in enumerate(("pause acme", "resume acme", "pause globex")):
        await _leave(shop, _turn(text, trigger=f"t{number}"))
        shop.home.clock.advance(timedelta(seconds=1))
    await _caught_up(shop)
    assert [one.client for one in await shop.home.store.pauses.all()] == ["globex"]


async def test_a_pause_of_some_days_counts_from_when_it_was_asked(shop: Front) -> None:
    await _leave(shop, _turn("pause acme for 2h"))
    shop.home.clock.advance(timedelta(minutes=30))
    await _caught_up(shop)
    paused = await shop.home.store.pauses.current(ACME)
    assert paused is not None
    assert paused.until == shop.home.clock.now() + timedelta(minutes=90)


async def test_a_rerun_means_the_period_that_was_the_last_one_when_it_was_asked(
    shop: Front,
) -> None:
    shop.home.clock.move_to(datetime(2026, 11, 22, 22, 30, tzinfo=UTC))  # Sunday night in Paris
    await _leave(shop, _turn("rerun acme"))
    shop.home.clock.advance(timedelta(minutes=45))
    await _caught_up(shop)
    (made,) = await shop.home.store.runs.latest(ACME)
    assert made.period.start == date(2026, 11, 9)


async def test_what_was_asked_too_long_ago_is_said_and_not_done(shop: Front) -> None:
    await _leave(shop, _turn("pause acme"))
    shop.home.clock.advance(accepting.TOO_OLD + timedelta(seconds=1))
    await _caught_up(shop)
    assert not await _paused(shop)
    assert "please ask again" in shop.told().text
    assert not await shop.home.store.inbox.undone()


async def test_what_ended_every_life_that_tried_it_is_given_up(shop: Front) -> None:
    left = await _leave(shop, _turn("pause acme"))
    for _ in range(accepting.LIVES):
        await shop.home.store.inbox.tried(left.key)
    await _caught_up(shop)
    assert not await _paused(shop)
    assert "please ask again" in shop.told().text


@pytest.mark.parametrize(("deed", "facts"), [("gone", None), (deeds.REPORT, "{}")])
async def test_what_this_version_cannot_read_stops_nothing(
    shop: Front, deed: str, facts: str | None
) -> None:
    made = _TURN.dump_json(_turn()).decode()
    unreadable = inbox.Accepted(
        key="ask:0", deed=deed, facts=facts or made, received_at=shop.home.clock.now()
    )
    await shop.home.store.inbox.put(unreadable)
    await _leave(shop, _turn("pause acme"))
    await _caught_up(shop)
    assert await _paused(shop)
    assert not await shop.home.store.inbox.undone()


async def test_while_slack_cannot_say_who_asks_it_waits(shop: Front) -> None:
    await _leave(shop, _turn("pause acme"))
    failing = shop.slack.faults.add("error_before", "users.info", times=None)
    await _caught_up(shop)
    assert not await _paused(shop)
    assert await shop.home.store.inbox.undone()
    shop.slack.faults.withdraw(failing)
    shop.desk._house.people.person_changed(CLAIRE)  # what is not known is not asked every second
    await _caught_up(shop)
    assert await _paused(shop)


async def test_without_a_place_to_speak_in_it_is_told_directly(shop: Front) -> None:
    turn = replace(_turn("pause acme"), channel=ids.ChannelId("C0NOTOURS"))
    await _leave(shop, turn)
    await _caught_up(shop)
    posts = [one.args for one in shop.slack.journal.calls("chat.postMessage")]
    assert "Acme Corp is paused" in str(posts)


async def test_what_cannot_be_written_down_is_not_acknowledged(shop: Front) -> None:
    await _read_only(shop, on=True)
    assert (await _send(shop, "pause acme", "t1")).status == 503
    await _read_only(shop, on=False)
    assert not await _paused(shop)
    assert (await _send(shop, "pause acme", "t1")).status == 200
    assert await _paused(shop)


async def test_slack_tells_the_person_what_was_not_accepted(shop: Front) -> None:
    shop.slack.workspace.rules.ack_seconds = 0.2
    await _read_only(shop, on=True)
    result = await shop.type("pause acme")
    await _read_only(shop, on=False)
    assert (result.acked, result.error) == (False, "operation_timeout")


async def test_what_the_store_cannot_take_is_done_when_it_can(shop: Front) -> None:
    turn = _turn("pause acme")
    accepted = await _leave(shop, turn)
    await _read_only(shop, on=True)
    keeping = shop.desk._accepting
    await keeping.catch_up()
    assert not await _paused(shop)
    await _read_only(shop, on=False)
    await _caught_up(shop)
    assert await _paused(shop)
    assert accepted.key not in [one.key for one in await shop.home.store.inbox.undone()]


async def test_the_same_request_is_done_once_also_by_another_life(shop: Front) -> None:
    assert (await _send(shop, "rerun acme", "t1")).status == 200
    shop.desk._seen.clear()  # as a new life begins
    assert (await _send(shop, "rerun acme", "t1")).status == 200
    assert len(await shop.home.trail()) == 1


# done again after a death at any moment: every deed is done once


async def _again(shop: Front, deed: str, turn: payload.Turn, *, times: int = 2) -> None:
    """Do a deed as by lives that each died before they could write down that it was done."""
    asker = await shop.desk.asker(turn, via="button")
    for number in range(times):
        at = shop.home.clock.now() if number else None
        with suppress(errors.UsageError) if number else nullcontext():  # it may be settled
            await deeds.table(shop.home.operations)[deed].do(replace(asker, asked_at=at), turn)


async def test_a_rerun_done_twice_is_one_run(shop: Front) -> None:
    await _again(shop, deeds.REPORT, _turn("rerun acme"))
    assert len(await shop.home.store.runs.latest(ACME)) == 1


async def test_a_pause_and_its_end_done_twice_are_one(shop: Front) -> None:
    await _again(shop, deeds.REPORT, _turn("pause acme"))
    assert await _paused(shop)
    await _again(shop, deeds.REPORT, _turn("resume acme"))
    assert not await _paused(shop)


@pytest.mark.parametrize(
    ("deed", "value", "status"),
    [
        (names.RETRY, "{0}:{1}", run.Status.QUEUED),
        (names.CARD_MENU, "skip:{0}:{1}", run.Status.SKIPPED),
    ],
)
async def test_a_press_done_twice_is_one(
    shop: Front, deed: str, value: str, status: run.Status
) -> None:
    stopped, found = await shop.home.failed()
    turn = _turn(value=value.format(found.id, found.version))
    await _again(shop, deed, turn)
    now = await shop.home.store.runs.get(stopped.id)
    assert now is not None
    assert (now.status, now.attempts) == (status, 1)


class _Died(BaseException):
    """Stands for SIGKILL: nothing of ours runs after it."""


@pytest.mark.parametrize("deed", [names.RETRY, names.CARD_MENU])
async def test_a_press_that_won_its_card_and_died_is_still_done(
    shop: Front, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    stopped, found = await shop.home.failed()
    stamp = f"{found.id}:{found.version}"
    turn = _turn(value=stamp if deed == names.RETRY else f"skip:{stamp}")
    asked = await _leave(shop, turn, deed)

    async def dies(*_: object) -> None:
        raise _Died

    with monkeypatch.context() as dying:
        dying.setattr(shop.home.runner, "retry", dies)
        dying.setattr(shop.home.runner, "skip", dies)
        with pytest.raises(_Died):
            await deeds.table(shop.home.operations)[deed].do(await _asker(shop, turn), turn)
    won = await shop.home.store.incidents.get(found.id)
    assert won is not None
    assert won.acted_by == CLAIRE
    await _caught_up(shop)
    now = await shop.home.store.runs.get(stopped.id)
    assert now is not None
    assert now.status is (run.Status.QUEUED if deed == names.RETRY else run.Status.SKIPPED)
    assert asked.key not in [one.key for one in await shop.home.store.inbox.undone()]


async def _asker(shop: Front, turn: payload.Turn) -> scope.Asker:
    return await shop.desk.asker(turn, via="button")


async def test_somebody_elses_earlier_press_is_not_taken_for_ones_own(shop: Front) -> None:
    stopped, found = await shop.home.failed()
    stamp = f"{found.id}:{found.version}"
    tom = replace(_turn(value=stamp, trigger="t2"), user=ids.UserId(front.TOM))
    await deeds.table(shop.home.operations)[names.RETRY].do(await _asker(shop, tom), tom)
    await _leave(shop, _turn(value=f"skip:{stamp}"), names.CARD_MENU)
    await _caught_up(shop)
    now = await shop.home.store.runs.get(stopped.id)
    assert now is not None
    assert now.status is run.Status.QUEUED
    assert "<@U0TOM> was first" in shop.told().text


def test_every_deed_is_done_from_facts_that_can_be_kept() -> None:
    turn = replace(_turn("pause acme", value="x"), fields={names.PAUSE_UNTIL: "2026-12-01"})
    assert _TURN.validate_json(_TURN.dump_json(turn)) == turn
