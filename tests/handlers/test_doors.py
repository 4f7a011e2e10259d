"""The home tab, the shortcuts and the select of clients, through the local Slack's socket."""

import asyncio

import pytest

from bot.demo.slack import records, refusal, shapes
from bot.domain import delivery, run
from bot.slack import blocks, ids
from tests.handlers import front, test_finding
from tests.handlers.front import CLAIRE, FOREIGN, GUEST, MALIK, TOM, Front
from tests.operations import house
from tests.store import make

ACME, GLOBEX = house.ACME, house.GLOBEX


async def _home(shop: Front, user: str = CLAIRE) -> records.View:
    result = await shop.slack.control.open_home(user)
    assert result.acked
    await shop.desk.drained()
    found = shop.slack.control.home(user)
    assert found is not None
    return found


def _said(view: records.View) -> str:
    return shapes.dump(view.body)


async def _press(shop: Front, where: str, action: str, value: str | None = None) -> records.View:
    """Press in a view, and return the modal that answers."""
    assert (await shop.press(action, where=where, value=value)).acked
    return shop.slack.control.views(CLAIRE)[-1]


# the home tab


async def test_an_operator_finds_every_client_at_home_worst_first(shop: Front) -> None:
    await shop.home.failed(of=GLOBEX)
    words = _said(await _home(shop))
    assert words.index("*Globex*") < words.index("*Acme Corp*")
    assert '"text":"Fix"' in words
    assert "1 needs you" in words


@pytest.mark.parametrize("user", [MALIK, GUEST])
async def test_others_are_greeted_without_any_name(shop: Front, user: str) -> None:
    words = _said(await _home(shop, user))
    assert "/report status" in words
    for name in ("Acme", "acme", "lobex"):
        assert name not in words


async def test_a_guest_and_an_outsider_in_the_ops_channel_are_greeted_too(shop: Front) -> None:
    shop.slack.control.house.share(front.OPS, "T0ACMESAS")
    for user in (GUEST, FOREIGN):
        shop.slack.control.house.add_member(front.OPS, user)
        words = _said(await _home(shop, user))
        assert "/report status" in words
        assert "Acme" not in words


@pytest.mark.parametrize("seen_in_this_life", [True, False])
async def test_who_leaves_the_ops_channel_keeps_no_names_at_home(
    shop: Front, *, seen_in_this_life: bool
) -> None:
    told = {"type": "home", "blocks": [blocks.section("Acme Corp, of an earlier life")]}
    answer = await shop.web.write("views.publish", {"user_id": TOM, "view": told})
    assert answer.ok
    if seen_in_this_life:
        assert "Acme" in _said(await _home(shop, TOM))
    before = shop.slack.workspace.homes[TOM].hash
    shop.slack.control.house.remove_member(front.OPS, TOM)
    await shop.slack.until(lambda: shop.slack.workspace.homes[TOM].hash != before)
    await shop.desk.drained()
    assert "Acme" not in _said(shop.slack.workspace.homes[TOM])


async def test_nobody_keeps_names_at_home_once_the_ops_channel_is_shared(shop: Front) -> None:
    assert "Acme" in _said(await _home(shop))
    shop.slack.control.house.share(front.OPS, "T0ACMESAS")
    await shop.slack.until(lambda: "Acme" not in _said(shop.slack.workspace.homes[CLAIRE]))


async def test_the_messages_tab_publishes_nothing(shop: Front) -> None:
    await shop.slack.control.open_home(CLAIRE, tab="messages")
    await shop.desk.drained()
    assert shop.slack.control.home(CLAIRE) is None


async def test_an_act_at_home_is_answered_in_a_modal_and_seen_at_home(shop: Front) -> None:
    found = await _home(shop)
    answer = await _press(shop, found.id, ids.MENU_RERUN, "acme")
    assert "on its way" in _said(answer)
    assert "about to run" in _said(await _again(shop))
    where = (await _again(shop)).hash
    assert (await shop.slack.control.close(CLAIRE)).acked
    await shop.desk.drained()
    assert (await _again(shop)).hash != where
    calls = [one.method for one in shop.slack.control.journal() if one.method.startswith("views.")]
    assert calls == [*["views.publish", "views.open", "views.update"], *["views.publish"] * 2]


async def test_what_comes_of_an_act_at_home_is_seen_there_once_it_is_over(shop: Front) -> None:
    await _press(shop, (await _home(shop)).id, ids.MENU_RERUN, "acme")
    assert "about to run" in _said(await _again(shop))
    (begun,) = await shop.home.store.runs.unfinished({run.Status.QUEUED})
    await shop.home.store.runs.move(begun.id, run.Status.SKIPPED, expect={run.Status.QUEUED})
    shown: list[str] = []
    for _ in range(2):
        await shop.desk.catch_up()
        await shop.desk.drained()
        shown.append((await _again(shop)).hash)
    assert "about to run" not in _said(await _again(shop))
    assert shown[0] == shown[1]  # nothing was new to the second look


async def _again(shop: Front) -> records.View:
    found = shop.slack.control.home(CLAIRE)
    assert found is not None
    return found


async def test_a_pause_at_home_takes_its_modal_and_shows_resume(shop: Front) -> None:
    found = await _home(shop)
    modal = await _press(shop, found.id, ids.MENU_PAUSE, "acme")
    assert modal.body["callback_id"] == ids.PAUSE_VIEW
    assert (await shop.slack.control.submit(CLAIRE)).acked
    await shop.desk.drained()
    assert [one.client for one in await shop.home.store.pauses.all()] == ["acme"]
    await shop.press(ids.MENU_RESUME, where=(await _again(shop)).id, value="acme")
    assert not await shop.home.store.pauses.all()
    assert "Resume" not in _said(await _again(shop))


async def test_history_at_home_and_rerun_from_a_window_go_deeper(shop: Front) -> None:
    await shop.home.sent()
    found = await _home(shop)
    assert "History of Acme" in _said(await _press(shop, found.id, ids.MENU_HISTORY, "acme"))
    await shop.home.failed(of=GLOBEX)
    await shop.slack.control.close(CLAIRE)
    found = await _home(shop)
    card = await _press(shop, found.id, ids.MENU_FIX)
    deeper = await _press(shop, card.id, ids.DETAILS)
    assert len(shop.slack.control.views(CLAIRE)) == 2
    assert "Details" in _said(deeper) or "Attempts" in _said(deeper)


async def test_costs_at_home_are_lines_for_a_modal_takes_no_table(shop: Front) -> None:
    await shop.home.sent()
    found = await _home(shop)
    assert "forecast" in _said(await _press(shop, found.id, ids.MENU_COST))


async def test_where_no_modal_opens_in_time_the_answer_comes_by_direct_message(
    shop: Front,
) -> None:
    found = await _home(shop)
    shop.slack.workspace.rules.trigger_seconds = -1.0
    assert (await shop.press(ids.MENU_HISTORY, where=found.id, value="acme")).acked
    assert not shop.slack.control.views(CLAIRE)
    assert "History of Acme" in shop.words()
    assert shop.told().channel == "D0CLAIRE"


async def test_who_closes_the_modal_before_its_answer_is_left_alone(shop: Front) -> None:
    found = await _home(shop)
    shop.slack.faults.add("delay", "views.update", value=0.2)
    await shop.slack.control.press(CLAIRE, found.id, action=ids.MENU_HISTORY, value="acme")
    await shop.slack.until(lambda: shop.slack.control.views(CLAIRE))
    await shop.slack.control.close(CLAIRE)
    await shop.desk.drained()
    assert not shop.slack.control.views(CLAIRE)
    assert not shop.slack.control.ephemerals(CLAIRE)


async def test_two_hundred_clients_stand_at_home_with_those_in_trouble_first(shop: Front) -> None:
    many = test_finding.many(200)
    shop.home.clients.by_id = {one.id: one for one in many}
    await shop.home.failed(of=many[-1])
    found = await _home(shop)
    shown = shapes.objects(found.body["blocks"])
    assert len(shown) <= 100
    assert "Shop 199" in shapes.dump(shown[2])
    assert "and 154 more clients" in shapes.dump(shown[-1])
    told = await shop.slack.control.suggest(
        CLAIRE, found.id, action=ids.MENU_CLIENT, query="shop 150"
    )
    assert test_finding.names(told.response) == ["Shop 150"]
    await shop.slack.control.choose(CLAIRE, found.id, action=ids.MENU_CLIENT, option="c150")
    where = f"{ids.MENU_TOOLS}/{ids.MENU_HISTORY}"
    assert "History of Shop 150" in _said(await _press(shop, found.id, where))


async def test_however_often_home_is_opened_at_once_it_is_published_a_few_times(
    shop: Front,
) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(shop.slack.control.open_home(CLAIRE))
    await shop.desk.drained()
    assert 1 <= len(shop.slack.control.journal("views.publish")) < 20


# the shortcuts


async def _posted(shop: Front) -> str:
    """A report in Acme's channel; its ts."""
    sent = await shop.home.sent()
    found = await shop.home.store.deliveries.of_run(sent.id)
    assert found is not None
    assert found.ts is not None
    shop.slack.workspace.messages.add(
        records.Message(
            ts=found.ts, channel=front.ACME, user=shop.slack.workspace.bot_user, bot=True, text="R"
        )
    )
    return found.ts


async def _about(shop: Front, ts: str, user: str = CLAIRE) -> str:
    result = await shop.slack.control.shortcut(user, ids.ABOUT_SHORTCUT, ts=ts)
    assert result.acked
    await shop.desk.drained()
    assert shop.told(user).channel == front.ACME
    return shop.words(user)


async def test_about_a_report_an_operator_gets_why_rerun_and_history(shop: Front) -> None:
    words = await _about(shop, await _posted(shop))
    for part in ("Acme Corp · Weekly KPIs", "Sent ", ids.WHY, ids.ABOUT_RERUN, ids.MENU_HISTORY):
        assert part in words
    await shop.press(ids.ABOUT_RERUN, where=shop.told().ts)
    assert "16–22 Nov" in shop.words()
    assert "on its way" in shop.words()
    (kept,) = await shop.home.store.audit.latest()
    assert (kept.who, kept.what, kept.client) == (CLAIRE, "rerun", "acme")
    assert (kept.via, kept.channel) == ("shortcut", front.ACME)


async def test_about_a_report_others_get_what_they_may_see(shop: Front) -> None:
    shop.slack.control.house.add_member(front.ACME, GUEST)
    ts = await _posted(shop)
    for user in (MALIK, GUEST):
        words = await _about(shop, ts, user)
        assert ids.WHY in words
        for part in (ids.ABOUT_RERUN, ids.MENU_HISTORY, "asked for"):
            assert part not in words


async def test_others_are_not_told_why_a_later_report_is_late(shop: Front) -> None:
    shop.slack.control.house.add_member(front.ACME, GUEST)
    ts = await _posted(shop)
    later = make.of_week(make.a_run(), -1)
    await shop.home.store.runs.claim(later)
    await shop.home.store.runs.begin(later.id, at=shop.home.clock.now(), by=None)
    ended = await shop.home.store.runs.end(later.id, make.stopped(make.REFUSED), attempt=1)
    await shop.home.cards.failed(ended, make.REFUSED)
    assert "sign-in" in await _about(shop, ts)
    for user in (MALIK, GUEST):
        words = await _about(shop, ts, user)
        assert "delayed; we are on it" in words
        assert "sign-in" not in words


async def test_in_a_reports_thread_it_is_the_report_and_answered_there(shop: Front) -> None:
    ts = await _posted(shop)
    said = await shop.slack.control.say(MALIK, front.ACME, text="what is this?", thread_ts=ts)
    assert "Weekly KPIs" in await _about(shop, said.ts)
    assert shop.told().thread_ts == ts


async def test_about_anything_else_is_a_plain_sentence(shop: Front) -> None:
    said = await shop.slack.control.say(MALIK, front.ACME, text="good morning")
    for user in (CLAIRE, MALIK):
        assert "is no report of mine" in await _about(shop, said.ts, user)


@pytest.mark.parametrize("user", [MALIK, GUEST, FOREIGN])
async def test_nobody_else_gets_anything_done_with_an_operators_buttons(
    shop: Front, user: str
) -> None:
    shop.slack.control.house.share(front.ACME, "T0ACMESAS")
    for one in (GUEST, FOREIGN):
        shop.slack.control.house.add_member(front.ACME, one)
    await _about(shop, await _posted(shop))
    copied = delivery.Body(text="forged", blocks=tuple(shop.told().blocks))
    where = await shop.whisper(copied, user=user)
    assert (await shop.press(ids.ABOUT_RERUN, where=where, user=user)).acked
    assert "not something you can do here" in shop.words(user)
    assert not await shop.home.trail()


async def test_somebody_of_another_workspace_has_no_shortcuts(shop: Front) -> None:
    shop.slack.control.house.share(front.ACME, "T0ACMESAS")
    shop.slack.control.house.add_member(front.ACME, FOREIGN)
    ts = await _posted(shop)
    with pytest.raises(refusal.Impossible, match="installing workspace"):
        await shop.slack.control.shortcut(FOREIGN, ids.ABOUT_SHORTCUT, ts=ts)


async def test_the_global_shortcut_opens_the_menu_loading_first(shop: Front) -> None:
    assert (await shop.slack.control.shortcut(CLAIRE, ids.MENU_SHORTCUT)).acked
    await shop.desk.drained()
    (view,) = shop.slack.control.views(CLAIRE)
    assert "2 clients" in _said(view)
    opened = shop.slack.control.journal("views.open")[0]
    assert "Looking it up" in shapes.dump(opened.args)
    offered = await shop.slack.control.suggest(CLAIRE, view.id, action=ids.MENU_CLIENT, query="glo")
    assert test_finding.names(offered.response) == ["Globex"]
    await shop.slack.control.choose(CLAIRE, view.id, action=ids.MENU_CLIENT, option="globex")
    assert "History of Globex" in _said(await _press(shop, view.id, ids.MENU_HISTORY))


@pytest.mark.parametrize("user", [MALIK, GUEST])
async def test_the_global_shortcut_tells_others_what_there_is(shop: Front, user: str) -> None:
    await shop.slack.control.shortcut(user, ids.MENU_SHORTCUT)
    await shop.desk.drained()
    (view,) = shop.slack.control.views(user)
    assert "/report status" in _said(view)
    assert "lobex" not in _said(view)
