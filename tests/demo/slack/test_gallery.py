"""A gallery of Block Kit, driven as people do: a Bolt app of the tests on the socket."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from bot.demo.slack import refusal, server, shapes
from tests import localslack
from tests.localslack import dig
from tests.scenario import gallery

TOM, CLAIRE, GUEST, FOREIGN = "U0TOM", "U0CLAIRE", "U0GUEST", "U0FOREIGN"
ACME = "C0ACMEREPORT"
KILO = 1024


class Own(gallery.Gallery):
    """The gallery, whose answer to a suggestion a test may set."""

    answer: shapes.Json | None = None

    async def options(self, ack: localslack.Ack, body: gallery.Json) -> None:
        """Answer as told, or as the gallery does."""
        if self.answer is None:
            await super().options(ack, body)
        else:
            await ack(self.answer)


@dataclass(kw_only=True)
class Shown:
    """The gallery, installed and connected."""

    slack: server.LocalSlack
    app: Own

    async def open(self, what: str) -> str:
        """Type the command; the modal's id."""
        here = self.slack.control
        assert (await here.command(user=TOM, channel=ACME, text=f"/gallery {what}")).acked
        found = await self.slack.until(lambda: here.views(TOM))
        return found[-1].id

    def file(self, name: str, size: int = 3, user: str = TOM) -> str:
        """Somebody picks a file; its id."""
        return str(self.slack.upload(user, name=name, content=b"x" * size)["id"])

    def sent(self, name: str) -> shapes.Json:
        """What was submitted last in an input."""
        return shapes.obj(dig(self.app.submitted[-1], name, "held"))


@pytest.fixture
async def shown() -> AsyncGenerator[Shown]:
    async with localslack.started() as slack:
        slack.install(gallery.MANIFEST)
        app = localslack.app(slack)
        made = Own(app)
        async with localslack.connected(slack, app):
            yield Shown(slack=slack, app=made)


# inputs


async def test_every_input_arrives_as_slack_sends_it(shown: Shown) -> None:
    where, here = await shown.open("inputs"), shown.slack.control
    await here.suggest(TOM, where, action="City", query="li")
    await here.suggest(TOM, where, action="Cities", query="")
    values = {
        "Name": "Ada",
        "Amount": "12.5",
        "Mail": "ada@nw.test",
        "Site": "https://nw.test",
        "Day": "2026-11-30",
        "Hour": "08:30",
        "Moment": 1_795_000_000,
        "Region": "north",
        "Regions": ["North", "west"],
        "Person": CLAIRE,
        "People": [CLAIRE, TOM],
        "Channel": ACME,
        "Places": [ACME],
        "City": "Lille",
        "Cities": ["lyon", "nantes"],
        "Extras": ["south"],
        "Size": "west",
        "Words": "two words",
        "Papers": [shown.file("a.csv")],
    }
    assert (await here.submit(TOM, values=values)).acked
    assert shown.sent("Moment") == {"type": "datetimepicker", "selected_date_time": 1_795_000_000}
    assert dig(shown.sent("City"), "selected_option", "value") == "lille"
    assert len(shapes.items(shown.sent("Cities")["selected_options"])) == 2
    assert shown.sent("People")["selected_users"] == [CLAIRE, TOM]
    assert dig(shown.sent("Extras"), "selected_options", 0, "value") == "south"
    line = dig(shown.sent("Words"), "rich_text_value", "elements", 0, "elements", 0)
    assert line == {"type": "text", "text": "two words"}
    (file,) = shapes.objects(shown.sent("Papers")["files"])
    assert {key: file[key] for key in ("name", "filetype", "size", "user")} == {
        "name": "a.csv",
        "filetype": "csv",
        "size": 3,
        "user": TOM,
    }
    assert str(file["url_private"]).startswith(shown.slack.url)
    assert shown.sent("Story")["value"] is None


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("Amount", "a few", "takes a number"),
        ("Amount", "100", "at most 99"),
        ("Amount", "0", "at least 1"),
        ("Mail", "nobody", "does not take"),
        ("Site", "nowhere", "does not take"),
        ("Regions", ["north", "south", "west"], "at most 2"),
        ("Region", "east", "has no option"),
        ("City", "lyon", "none yet"),
        ("Words", {"type": "rich_text", "elements": [{"type": "table"}]}, "unsupported type"),
        ("Words", {"type": "section"}, "must be rich_text"),
        ("Papers", ["F0NOBODYS"], "has not uploaded"),
    ],
)
async def test_what_nobody_could_put_in(shown: Shown, field: str, value: object, says: str) -> None:
    await shown.open("inputs")
    with pytest.raises(refusal.Impossible, match=says):
        await shown.slack.control.submit(TOM, values={"Name": "Ada", field: value})
    assert not shown.app.submitted


async def test_files_are_bounded_in_size_number_kind_and_owner(shown: Shown) -> None:
    await shown.open("inputs")
    submit = shown.slack.control.submit
    for given, says in (
        ([shown.file(f"{n}.txt") for n in range(3)], "at most 2"),
        ([shown.file("a.exe")], "csv, txt only"),
        ([shown.file("a.csv", user=CLAIRE)], "has not uploaded"),
    ):
        with pytest.raises(refusal.Impossible, match=says):
            await submit(TOM, values={"Name": "Ada", "Papers": given})
    shown.file("largest.csv", 10 * KILO * KILO)
    with pytest.raises(refusal.Impossible, match="10 MB"):
        shown.file("larger.csv", 10 * KILO * KILO + 1)


async def test_an_error_stands_beside_its_field_until_it_is_sent_again(shown: Shown) -> None:
    where, here = await shown.open("inputs"), shown.slack.control
    await here.submit(TOM, values={"Name": "taken"})
    (view,) = here.views(TOM)
    assert (view.id, view.errors) == (where, {"Name": "Somebody has that name."})
    assert (await here.submit(TOM, values={"Name": "free"})).acked
    assert not here.views(TOM)


# external selects


async def test_slack_asks_from_the_least_letters_on_and_says_where(shown: Shown) -> None:
    where, here = await shown.open("inputs"), shown.slack.control
    short = await here.suggest(TOM, where, action="City", query="l")
    assert (short.acked, short.response) == (True, None)
    told = await here.suggest(TOM, where, action="City", query="ly")
    assert len(shapes.items((told.response or {})["options"])) == 1
    (asked,) = [one for one in here.envelopes("interactive") if one.what == "block_suggestion"]
    assert asked.payload["container"] == {"type": "view", "view_id": where}
    assert (asked.payload["block_id"], asked.payload["action_id"]) == ("City", "held")
    assert asked.payload["value"] == "ly"
    assert "trigger_id" not in asked.payload
    with pytest.raises(refusal.Impossible, match="has its options"):
        await here.suggest(TOM, where, action="Region", query="no")


@pytest.mark.parametrize(
    "answer",
    [
        {"options": [gallery.option(f"City {n}") for n in range(101)]},
        {"options": [gallery.option("x" * 76)]},
        {"option_groups": [{"options": [gallery.option("Lyon")]}]},
        {"text": "nothing"},
    ],
)
async def test_an_answer_that_slack_would_not_show(shown: Shown, answer: shapes.Json) -> None:
    where, here = await shown.open("inputs"), shown.slack.control
    shown.app.answer = answer
    told = await here.suggest(TOM, where, action="City", query="city")
    assert (told.acked, told.error) == (True, "invalid_options_response")
    with pytest.raises(refusal.Impossible):
        await here.submit(TOM, values={"Name": "Ada", "City": "lyon"})


async def test_options_may_come_in_groups(shown: Shown) -> None:
    where, here = await shown.open("inputs"), shown.slack.control
    group = {"label": gallery.plain("France"), "options": [gallery.option("Lyon")]}
    shown.app.answer = {"option_groups": [group]}
    assert (await here.suggest(TOM, where, action="City", query="ly")).error == ""
    await here.submit(TOM, values={"Name": "Ada", "City": "lyon"})
    assert dig(shown.sent("City"), "selected_option", "value") == "lyon"


# stacks, and views that wait


async def test_three_modals_stand_on_each_other_and_a_fourth_is_refused(shown: Shown) -> None:
    here = shown.slack.control
    await shown.open("stack")
    for depth in (2, 3):
        await here.press(TOM, here.views(TOM)[-1].id, action="deeper")
        await shown.slack.until(lambda depth=depth: len(here.views(TOM)) == depth)
    first, second, third = here.views(TOM)
    assert (second.previous, third.previous, third.root) == (first.id, second.id, first.id)
    await here.press(TOM, third.id, action="deeper")
    call = await shown.slack.until(lambda: here.journal("views.push")[2:])
    await shown.slack.until(lambda: call[0].error)
    assert call[0].error == "push_limit_reached"
    await here.submit(TOM, values={"Level 3": "down"})
    assert here.views(TOM)[-1].body["callback_id"] == "done"
    await here.close(TOM)
    assert [one.id for one in here.views(TOM)] == [first.id, second.id]


async def test_a_modal_that_loads_becomes_another_in_its_place(shown: Shown) -> None:
    where, here = await shown.open("slow"), shown.slack.control
    before = here.views(TOM)[-1].hash
    shown.app.loaded.set()
    await shown.slack.until(lambda: here.views(TOM)[-1].hash != before)
    (view,) = here.views(TOM)
    assert view.id == where
    assert "Here it is." in shapes.dump(view.body)


async def test_a_stale_hash_changes_nothing(shown: Shown) -> None:
    where = await shown.open("stack")
    web = localslack.web(shown.slack)
    (view,) = shown.slack.control.views(TOM)
    body = gallery.modal("Newer", gallery.button("deeper", "Deeper"), callback="stack")
    told = await web.views_update(view_id=where, view=body, hash=view.hash)
    again = await localslack.refused(web.views_update(view_id=where, view=body, hash="1.old"))
    assert again["error"] == "hash_conflict"
    assert shown.slack.control.views(TOM)[-1].hash == told["view"]["hash"]


async def test_a_modal_is_busy_until_its_app_has_answered(shown: Shown) -> None:
    await shown.open("inputs")
    here = shown.slack.control
    shown.slack.faults.add("swallowed_ack", times=1)
    shown.slack.workspace.rules.ack_seconds = 0.3
    async with asyncio.TaskGroup() as group:
        sent = group.create_task(here.submit(TOM, values={"Name": "Ada"}))
        await shown.slack.until(lambda: here.views(TOM)[-1].busy)
        assert shapes.objects(shown.slack.snapshot(TOM)["views"])[-1]["busy"] is True
        with pytest.raises(refusal.Impossible, match="sent off already"):
            await here.submit(TOM, values={"Name": "Ada"})
    assert (sent.result().acked, sent.result().error) == (False, "operation_timeout")
    assert not here.views(TOM)[-1].busy


# the home tab


async def test_home_is_told_of_with_its_view_from_the_second_time_on(shown: Shown) -> None:
    here = shown.slack.control
    for _ in range(2):
        assert (await here.open_home(TOM)).acked
        await shown.slack.until(lambda: here.home(TOM))
    first, second = (one.payload["event"] for one in here.envelopes("events_api"))
    assert (dig(first, "tab"), dig(first, "channel")) == ("home", "D0TOM")
    assert dig(first, "view") is None
    assert dig(second, "view", "type") == "home"
    found = here.home(TOM)
    assert found is not None
    await here.press(TOM, found.id, action="Press")
    await shown.slack.until(lambda: "Pressed 1 times" in shapes.dump(_body(shown)))
    with pytest.raises(refusal.Impossible):
        await here.press(CLAIRE, found.id, action="Press")


def _body(shown: Shown) -> shapes.Json:
    found = shown.slack.control.home(TOM)
    return found.body if found else {}


async def test_without_a_home_tab_there_is_only_the_other(shown: Shown) -> None:
    shown.slack.app.home_tab = False
    web = localslack.web(shown.slack)
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    told = await localslack.refused(web.views_publish(user_id=TOM, view=view))
    assert told["error"] == "not_enabled"
    assert (await shown.slack.control.open_home(TOM)).acked
    (seen,) = shown.slack.control.envelopes("events_api")
    assert dig(seen.payload, "event", "tab") == "messages"


# shortcuts


async def test_shortcuts_come_as_the_manifest_has_them(shown: Shown) -> None:
    here = shown.slack.control
    said = await here.say(CLAIRE, ACME, text="look at this")
    assert (await here.shortcut(TOM, "mark", ts=said.ts)).acked
    assert shown.app.heard == ["look at this"]
    assert (await here.shortcut(TOM, "note")).acked
    sent = [one.payload for one in here.envelopes("interactive")]
    marked, noted = sent[0], sent[1]
    assert (marked["type"], noted["type"]) == ("message_action", "shortcut")
    assert {"response_url", "message_ts", "channel", "message"} <= set(marked)
    assert not {"response_url", "message", "channel"} & set(noted)


async def test_shortcuts_that_nobody_could_use(shown: Shown) -> None:
    here, web = shown.slack.control, localslack.web(shown.slack)
    here.house.share(ACME, "T0ACMESAS")
    here.house.add_member(ACME, FOREIGN)
    said = await here.say(CLAIRE, ACME, text="look")
    alone = await web.chat_postEphemeral(channel=ACME, user=TOM, text="only you")
    for user, callback, ts in (
        (TOM, "mark", ""),
        (TOM, "note", said.ts),
        (TOM, "none", ""),
        (FOREIGN, "mark", said.ts),
        (GUEST, "mark", said.ts),
        (TOM, "mark", str(alone["message_ts"])),
    ):
        with pytest.raises(refusal.Impossible):
            await here.shortcut(user, callback, ts=ts)
    assert not here.envelopes("interactive")
