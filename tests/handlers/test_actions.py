"""What people press, choose and fill in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain import delivery, identity, run, views
from bot.domain.report import Identity
from bot.slack import blocks, ids
from bot.slack.screens import card, change, ops, post
from bot.slack.screens import identity as whose
from tests import samples
from tests.handlers import front
from tests.handlers.front import CLAIRE, FOREIGN, GUEST, MALIK, TOM, Front
from tests.operations import house
from tests.store import make

ACME, GLOBEX = house.ACME, house.GLOBEX


async def _card(shop: Front) -> tuple[run.Run, str]:
    """A failed run whose card stands in Acme's channel; its ts."""
    stopped, found = await shop.home.failed()
    view = await shop.home.cards.view(found.id)
    assert view is not None
    return stopped, await shop.post(card.card(view))


async def _report(shop: Front) -> str:
    sent = await shop.home.sent()
    body = post.compose(samples.REPORT, run=sent, client=ACME, corrected=False)[2]
    return await shop.post(body)


async def _status(shop: Front, one: run.Run) -> run.Status:
    found = await shop.home.store.runs.get(one.id)
    assert found is not None
    return found.status


@pytest.mark.parametrize("user", [CLAIRE, MALIK, GUEST, FOREIGN])
async def test_everybody_who_reads_the_post_may_ask_why(shop: Front, user: str) -> None:
    shop.slack.control.house.share(front.ACME, "T0ACMESAS")
    for one in (GUEST, FOREIGN):
        shop.slack.control.house.add_member(front.ACME, one)
    where = await _report(shop)
    assert (await shop.press(ids.WHY, where=where, user=user)).acked
    words = shop.words(user)
    assert "Revenue" in words
    assert "SELECT" not in words
    assert len(shop.slack.control.messages(front.ACME)) == 1


async def test_retry_is_done_once_and_the_second_is_told_who_was_first(shop: Front) -> None:
    stopped, where = await _card(shop)
    assert (await shop.press(ids.RETRY, where=where)).acked
    assert await _status(shop, stopped) is run.Status.QUEUED
    assert "being tried again" in shop.words()
    await shop.press(ids.RETRY, where=where, user=TOM)
    assert "<@U0CLAIRE> was first" in shop.words(TOM)


@pytest.mark.parametrize("user", [MALIK, GUEST, FOREIGN])
@pytest.mark.parametrize("action", [ids.RETRY, ids.DETAILS])
async def test_others_press_a_card_in_vain(shop: Front, user: str, action: str) -> None:
    shop.slack.control.house.share(front.ACME, "T0ACMESAS")
    for one in (GUEST, FOREIGN):
        shop.slack.control.house.add_member(front.ACME, one)
    stopped, where = await _card(shop)
    assert (await shop.press(action, where=where, user=user)).acked
    assert "not something you can do here" in shop.words(user)
    assert await _status(shop, stopped) is run.Status.FAILED


async def test_details_are_told_privately(shop: Front) -> None:
    _, where = await _card(shop)
    await shop.press(ids.DETAILS, where=where)
    assert make.REFUSED.said in shop.words()


async def test_the_overflow_skips(shop: Front) -> None:
    stopped, where = await _card(shop)
    result = await shop.slack.control.choose(
        CLAIRE, where, action=ids.CARD_MENU, option="Skip this time"
    )
    await shop.desk.drained()
    assert result.acked
    assert await _status(shop, stopped) is run.Status.SKIPPED


async def test_the_overflow_pauses_by_a_modal(shop: Front) -> None:
    _, where = await _card(shop)
    await shop.slack.control.choose(CLAIRE, where, action=ids.CARD_MENU, option="Pause…")
    await shop.desk.drained()
    (view,) = shop.slack.control.views(CLAIRE)
    result = await shop.slack.control.submit(
        CLAIRE, values={ids.PAUSE_UNTIL: "2026-11-30", ids.PAUSE_REASON: "stocktaking"}
    )
    assert result.acked
    assert not shop.slack.control.views(CLAIRE), view
    (paused,) = await shop.home.store.pauses.all()
    assert (paused.client, paused.reason) == ("acme", "stocktaking")
    assert paused.until == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert "paused until" in shop.words()


async def test_a_modal_says_beside_its_field_what_is_wrong(shop: Front) -> None:
    _, where = await _card(shop)
    await shop.slack.control.choose(CLAIRE, where, action=ids.CARD_MENU, option="Pause…")
    await shop.desk.drained()
    result = await shop.slack.control.submit(CLAIRE, values={ids.PAUSE_UNTIL: "2026-11-01"})
    assert result.response is not None
    assert result.response["response_action"] == "errors"
    assert "over already" in str(result.response["errors"])
    assert shop.slack.control.views(CLAIRE)
    assert not await shop.home.store.pauses.all()


async def test_nobody_else_gets_the_modal(shop: Front) -> None:
    _, where = await _card(shop)
    await shop.slack.control.choose(MALIK, where, action=ids.CARD_MENU, option="Pause…")
    await shop.desk.drained()
    assert not shop.slack.control.views(MALIK)
    assert "not something you can do here" in shop.words(MALIK)


async def _held(shop: Front) -> tuple[run.Run, delivery.Body]:
    """A rerun that differs from what was sent, and its preview."""
    await shop.home.sent()
    held = replace(make.a_run("ask:1"), requested_by=house.CLAIRE)
    await shop.home.store.runs.claim(held)
    await shop.home.store.runs.begin(held.id, at=shop.home.clock.now(), by=house.CLAIRE)
    ended = replace(make.made(to=run.Status.HELD), hold="changed")
    await shop.home.store.runs.end(held.id, ended, attempt=1)
    view = views.ChangeView(
        run=held.id,
        client=ACME.id,
        client_name=ACME.name,
        before=samples.REPORT,
        after=replace(samples.REPORT, metrics=samples.REPORT.metrics[:1]),
    )
    return held, change.draw(view)


@pytest.mark.parametrize(
    ("action", "status", "says"),
    [
        (ids.REPLACE, run.Status.SUCCEEDED, "is being replaced"),
        (ids.POST_AS_NEW, run.Status.POSTING, "posted as new"),
        (ids.DISCARD, run.Status.CANCELLED, "Discarded"),
    ],
)
async def test_a_preview_is_decided_by_a_press(
    shop: Front, action: str, status: run.Status, says: str
) -> None:
    held, preview = await _held(shop)
    await shop.press(action, where=await shop.whisper(preview))
    assert await _status(shop, held) is status
    (only,) = shop.slack.control.ephemerals(CLAIRE)
    assert says in only.text
    assert "Replace" not in str(only.blocks)


@pytest.mark.parametrize(
    ("action", "status", "says"),
    [
        (ids.POST_ANYWAY, run.Status.READY, "Chosen: it is being posted."),
        (ids.TRY_AGAIN, run.Status.QUEUED, "being tried again"),
        (ids.DISCARD, run.Status.CANCELLED, "Discarded"),
    ],
)
async def test_absurd_figures_are_decided_by_a_press(
    shop: Front, action: str, status: run.Status, says: str
) -> None:
    held = make.a_run("ask:1")
    await shop.home.store.runs.claim(held)
    await shop.home.store.runs.begin(held.id, at=shop.home.clock.now(), by=house.CLAIRE)
    ended = replace(make.made(to=run.Status.HELD), hold="absurd")
    await shop.home.store.runs.end(held.id, ended, attempt=1)
    body = ops.absurd(ACME.name, "Weekly KPIs", run_id=held.id, why=["Revenue is 0"])
    await shop.press(action, where=await shop.post(body))
    assert await _status(shop, held) is status
    assert says in shop.words()


async def test_a_choice_that_many_read_is_answered_beside_it(shop: Front) -> None:
    _, preview = await _held(shop)
    await shop.press(ids.DISCARD, where=await shop.post(preview))
    (shown,) = shop.slack.control.messages(front.ACME)
    assert "Replace" in str(shown.blocks)
    assert "Discarded" in shop.words()


async def test_a_press_in_vain_leaves_the_preview(shop: Front) -> None:
    held, preview = await _held(shop)
    where = await shop.whisper(preview, user=MALIK)
    await shop.press(ids.REPLACE, where=where, user=MALIK)
    assert await _status(shop, held) is run.Status.HELD
    first, second = shop.slack.control.ephemerals(MALIK)
    assert "Replace" in str(first.blocks)
    assert "not something you can do here" in second.text


async def test_an_audience_is_confirmed_by_a_press(shop: Front) -> None:
    wanted = make.a_run()
    await shop.home.store.runs.claim(wanted)
    await shop.home.store.runs.begin(wanted.id, at=shop.home.clock.now(), by=None)
    ended = replace(make.made(to=run.Status.HELD), hold="outsiders")
    await shop.home.store.runs.end(wanted.id, ended, attempt=1)
    button = blocks.button("Post", ids.CONFIRM_AUDIENCE, value=wanted.id)
    body = delivery.Body(text="held", blocks=(blocks.actions(button),))
    where = await shop.post(body)
    await shop.press(ids.CONFIRM_AUDIENCE, where=where)
    assert await _status(shop, wanted) is run.Status.READY


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (ids.MENU_RERUN, "on its way"),
        (ids.MENU_SCHEDULE, "Weekly KPIs"),
        (ids.MENU_HISTORY, "History of Acme Corp"),
        (ids.MENU_COST, "forecast"),
    ],
)
async def test_the_menu_asks_about_the_chosen_client(shop: Front, action: str, says: str) -> None:
    await shop.type("")
    where = shop.told().ts
    await shop.slack.control.suggest(CLAIRE, where, action=ids.MENU_CLIENT, query="")
    await shop.slack.control.choose(CLAIRE, where, action=ids.MENU_CLIENT, option="acme")
    assert (await shop.press(action, where=where)).acked
    assert says in shop.words()


async def test_without_a_choice_the_menu_asks_which(shop: Front) -> None:
    await shop.type("")
    await shop.press(ids.MENU_RERUN, where=shop.told().ts)
    assert "Which client?" in shop.words()
    await shop.press(ids.MENU_PAUSE, where=shop.slack.control.ephemerals(CLAIRE)[0].ts)
    assert "Choose one in the menu" in shop.words()
    assert "typed" not in shop.words()
    assert not shop.slack.control.views(CLAIRE)


async def test_a_clients_menu_and_status_have_their_buttons(shop: Front) -> None:
    await shop.type("", channel=front.ACME)
    await shop.press(ids.MENU_STATUS, where=shop.told().ts)
    assert "Next: Mon 30 Nov" in shop.words()
    await shop.press(ids.MENU_PAUSE, where=shop.told().ts)
    await shop.slack.control.submit(CLAIRE)
    (paused,) = await shop.home.store.pauses.all()
    assert paused.until is None
    await shop.type("status", channel=front.ACME)
    await shop.press(ids.MENU_RESUME, where=shop.told().ts)
    assert not await shop.home.store.pauses.all()


async def test_fix_shows_the_card_with_its_buttons(shop: Front) -> None:
    stopped, _ = await shop.home.failed()
    await shop.type("")
    await shop.press(ids.MENU_FIX, where=shop.told().ts)
    await shop.press(ids.RETRY, where=shop.told().ts)
    assert await _status(shop, stopped) is run.Status.QUEUED


async def test_the_costs_come_as_a_file_by_direct_message(shop: Front) -> None:
    await shop.home.sent()
    await shop.type("cost")
    assert (await shop.press(ids.COST_CSV, where=shop.told().ts)).acked
    assert "direct messages" in shop.words()
    (file,) = shop.slack.workspace.files.values()
    assert (file.content or b"").startswith(b"at,client,report")
    (shared,) = file.shares
    assert shared.startswith("D")


async def test_the_costs_are_told_by_report(shop: Front) -> None:
    await shop.home.sent()
    await shop.type("cost acme")
    assert (await shop.press(ids.COST_REPORTS, where=shop.told().ts)).acked
    assert "Acme Corp · " in shop.words()


async def test_a_button_nobody_knows_is_acknowledged(shop: Front) -> None:
    button = blocks.button("Old", "button_of_an_older_version", value="x")
    body = delivery.Body(text="old", blocks=(blocks.actions(button),))
    where = await shop.post(body)
    assert (await shop.press("button_of_an_older_version", where=where)).acked


@pytest.mark.parametrize(
    ("action", "hold", "status"),
    [
        (ids.IDENTITY_POST, "identity", run.Status.READY),
        (ids.IDENTITY_CONFIRM, "", run.Status.READY),
    ],
)
async def test_whose_data_it_is_is_confirmed_by_a_press(
    shop: Front, action: str, hold: str, status: run.Status
) -> None:
    wanted = make.a_run()
    await shop.home.store.runs.claim(wanted)
    await shop.home.store.runs.begin(wanted.id, at=shop.home.clock.now(), by=None)
    seen = Identity(source="web", name="Acme Shop", account="properties/1", settings="ga4:1")
    ended = make.made(to=run.Status.HELD if hold else run.Status.READY)
    report = replace(samples.REPORT, identities=(seen,))
    await shop.home.store.runs.end(wanted.id, replace(ended, report=report, hold=hold), attempt=1)
    asked = whose.Question(
        client=ACME.name,
        title="Weekly KPIs",
        run=wanted.id,
        stamp=identity.stamp([seen]),
        doubts=[identity.Doubt(now=seen)],
        labels={},
        zone="UTC",
    )
    body = whose.held(asked) if hold else whose.served(asked)
    await shop.press(action, where=await shop.post(body))
    assert await _status(shop, wanted) is status
    assert "Confirmed" in shop.words()
    assert [one.identity for one in await shop.home.store.identities.all()] == [seen]


async def test_what_waits_for_its_data_is_sent_as_it_is_by_a_press(shop: Front) -> None:
    waiting = make.a_run()
    await shop.home.store.runs.claim(waiting)
    await shop.home.store.runs.begin(waiting.id, at=shop.home.clock.now(), by=None)
    behind = run.Failure(code=run.FailureCode.NOT_FRESH, source="warehouse")
    ended = replace(make.stopped(behind), to=run.Status.WAITING)
    await shop.home.store.runs.end(waiting.id, ended, attempt=1)
    button = blocks.button("Send as is…", ids.POST_ANYWAY, value=waiting.id)
    where = await shop.post(delivery.Body(text="waits", blocks=(blocks.actions(button),)))
    await shop.press(ids.POST_ANYWAY, where=where)
    assert await _status(shop, waiting) is run.Status.QUEUED
    assert "it is made of the data that is there, and posted" in shop.words()
