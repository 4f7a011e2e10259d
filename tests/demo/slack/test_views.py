"""Modals and home tabs: opened, answered, stacked, closed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import clock as clocks
from bot.demo.slack import refusal, server
from tests import localslack
from tests.demo.slack.seen import ACME, Seen, error_of, field, modal, plain
from tests.localslack import dig


async def test_a_modal_is_opened_filled_refused_and_closed(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    view = modal(field("reason", max_length=9), field("secret_key"))
    await web.views_open(trigger_id=str(seen.last["trigger_id"]), view=view)
    with pytest.raises(refusal.Impossible, match="secret_key"):
        await slack.control.submit("U0TOM", values={"reason": "x"})
    with pytest.raises(refusal.Impossible, match="at most 9"):
        await slack.control.submit("U0TOM", values={"reason": "x" * 10, "secret_key": "y"})
    seen.answer = {"response_action": "errors", "errors": {"reason": "too short"}}
    values = {"reason": "x", "secret_key": "open sesame"}
    await slack.control.submit("U0TOM", values=values)
    assert slack.control.views("U0TOM")[0].errors == {"reason": "too short"}
    sent = dig(seen.last, "view", "state", "values", "secret_key", "typed", "value")
    assert sent == "open sesame"
    seen.answer = {}
    assert (await slack.control.submit("U0TOM", values=values)).acked
    assert not slack.control.views("U0TOM")
    assert "open sesame" not in repr(slack.journal.entries)
    assert "open sesame" not in repr(slack.changes.since(0))


async def test_a_modal_may_answer_with_another_view(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    opened = await web.views_open(trigger_id=str(seen.last["trigger_id"]), view=modal())
    seen.answer = {"response_action": "push", "view": modal(field("a"))}
    await slack.control.submit("U0TOM")
    assert len(slack.control.views("U0TOM")) == 2
    top = slack.control.views("U0TOM")[-1]
    assert top.previous == opened["view"]["id"]
    seen.answer = {"response_action": "clear"}
    await slack.control.submit("U0TOM", values={"a": "1"})
    assert not slack.control.views("U0TOM")


async def test_a_fourth_view_is_no_answer(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    await web.views_open(trigger_id=str(seen.last["trigger_id"]), view=modal())
    seen.answer = {"response_action": "push", "view": modal()}
    told = [(await slack.control.submit("U0TOM")).error for _ in range(3)]
    assert told == ["", "", "invalid_view_response"]
    assert len(slack.control.views("U0TOM")) == 3
    seen.answer = {"response_action": "vanish"}
    assert (await slack.control.submit("U0TOM")).error == "invalid_view_response"
    seen.answer = {
        "response_action": "update",
        "view": modal(callback_id="pause", title=plain("B")),
    }
    assert (await slack.control.submit("U0TOM")).error == ""
    assert slack.control.views("U0TOM")[-1].body["title"] == plain("B")


async def test_closing_with_the_whole_stack_is_told_of_each(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    whole = modal(notify_on_close=True, clear_on_close=True)
    await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    await web.views_open(trigger_id=str(seen.last["trigger_id"]), view=whole)
    seen.answer = {"response_action": "push", "view": whole}
    await slack.control.submit("U0TOM")
    await slack.control.close("U0TOM")
    assert not slack.control.views("U0TOM")
    closed = [one.payload for one in slack.control.envelopes() if one.what == "view_closed"]
    assert [one["is_cleared"] for one in closed] == [True, True]


async def test_closing_is_told_where_asked_for(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    for asked in (False, True):
        await slack.control.command(user="U0TOM", channel=ACME, text="/report")
        trigger = str(seen.last["trigger_id"])
        await web.views_open(trigger_id=trigger, view=modal(notify_on_close=asked))
        await slack.control.close("U0TOM")
    assert [one.what for one in slack.control.envelopes()].count("view_closed") == 1


async def test_a_trigger_is_good_once_and_for_three_seconds() -> None:
    held = clocks.HeldClock(datetime(2026, 11, 23, 6, tzinfo=UTC))
    async with localslack.started(held) as slack:
        app = localslack.app(slack)
        seen = Seen(app)
        async with localslack.connected(slack, app):
            web = localslack.web(slack)
            await slack.control.command(user="U0TOM", channel=ACME, text="/report")
            await slack.control.command(user="U0TOM", channel=ACME, text="/report")
            first, second = (str(body["trigger_id"]) for body in seen.bodies)
            await web.views_open(trigger_id=first, view=modal())
            again = await error_of(web.views_open(trigger_id=first, view=modal()))
            held.advance(timedelta(seconds=3.1))
            late = await error_of(web.views_open(trigger_id=second, view=modal()))
            never = await error_of(web.views_open(trigger_id="1.2.3", view=modal()))
    assert (again, late, never) == (
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_trigger_id",
    )


async def test_the_home_tab_is_published_and_guarded_by_its_hash(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    told = await web.views_publish(user_id="U0TOM", view=home)
    assert slack.control.home("U0TOM") is not None
    stale = web.views_publish(user_id="U0TOM", view=home, hash="1.x")
    assert await error_of(stale) == "hash_conflict"
    assert (await web.views_publish(user_id="U0TOM", view=home, hash=told["view"]["hash"]))["ok"]


async def test_a_bad_view_is_told_with_its_place(web: localslack.Web, seen: Seen) -> None:
    caught = await localslack.refused(
        web.views_open(trigger_id="x", view=modal(title=plain("x" * 25)))
    )
    told = caught
    assert told["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in told["response_metadata"]["messages"][0]
