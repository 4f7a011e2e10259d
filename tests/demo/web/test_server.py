import asyncio
import json
from datetime import timedelta

import aiohttp
import pytest

from bot.demo.slack import records, shapes
from tests.demo.web.conftest import SUNDAY, Desk
from tests.localslack import dig, web

ACME, OPS = "C0ACMEREPORT", "C0REPORTOPS"
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Pause"},
    "submit": {"type": "plain_text", "text": "Pause"},
    "blocks": [
        {
            "type": "input",
            "block_id": "until",
            "label": {"type": "plain_text", "text": "Until"},
            "element": {"type": "plain_text_input", "action_id": "until"},
        }
    ],
}


async def state(desk: Desk, user: str = "U0CLAIRE") -> object:
    got = await desk.ask(f"/page/api/state?as={user}")
    assert got.status == 200
    return got.told


def names(told: object) -> set[str]:
    channels: list[dict[str, str]] = json.loads(json.dumps(dig(told, "channels")))
    return {one["name"] for one in channels if "name" in one}


async def test_the_state_says_how_the_stage_stands(desk: Desk) -> None:
    told = await state(desk)
    assert dig(told, "zone") == "Europe/Paris"
    assert dig(told, "next") == "2026-11-23T06:00:00+01:00"
    assert dig(told, "bot") == {"running": False, "sockets": 0}
    assert dig(told, "broken") == []
    assert dig(told, "commands", 0, "command") == "/report"
    assert "rerun" in str(dig(told, "commands", 0, "usage_hint"))
    assert dig(told, "roles") == {
        "U0CLAIRE": "operator",
        "U0TOM": "operator",
        "U0MALIK": "colleague",
        "U0GUEST": "guest",
        "U0FOREIGN": "outside",
    }


async def test_everybody_sees_their_own_channels_only(desk: Desk) -> None:
    assert names(await state(desk)) == {"report-ops", "acme", "pvcp", "xyz"}
    assert names(await state(desk, "U0MALIK")) == {"acme", "pvcp", "xyz"}
    assert names(await state(desk, "U0GUEST")) == set()
    assert dig(await state(desk, "U0GUEST"), "invitable", 0) == {"id": ACME, "name": "acme"}
    await desk.act("invite", channel=ACME, user="U0GUEST")
    assert ACME not in json.dumps(dig(await state(desk, "U0GUEST"), "invitable"))
    assert dig(await state(desk), "invitable") == []
    await desk.act("invite", channel=ACME, user="U0FOREIGN")
    assert names(await state(desk, "U0GUEST")) == {"acme"}
    assert names(await state(desk, "U0FOREIGN")) == {"acme"}
    await desk.act("invite", channel=ACME, user="U0GUEST", leaves=True)
    assert names(await state(desk, "U0GUEST")) == set()


async def test_a_private_answer_is_for_its_reader_only(desk: Desk) -> None:
    await web(desk.stage.slack).chat_postEphemeral(channel=ACME, user="U0TOM", text="psst")
    assert "psst" in json.dumps(await state(desk, "U0TOM"))
    assert "psst" not in json.dumps(await state(desk))


async def test_nobody_has_no_state(desk: Desk) -> None:
    got = await desk.ask("/page/api/state?as=U0NOBODY")
    assert (got.status, dig(got.told, "error")) == (
        400,
        "There is nobody called U0NOBODY in this workspace.",
    )
    assert (await desk.act("say", as_="U0NOBODY", channel=ACME, text="x")).status == 400


async def test_a_view_shows_the_words_beside_its_fields(desk: Desk) -> None:
    view = records.View(id="V01", user="U0TOM", body=dict(MODAL), hash="1.a", root="V01")
    view.errors = {"until": "Not a date."}
    desk.stage.slack.workspace.views["V01"] = view
    assert dig(await state(desk, "U0TOM"), "views", 0, "errors") == {"until": "Not a date."}
    got = await desk.act("submit", as_="U0TOM", view="V01", values={})
    assert (got.status, dig(got.told, "error")) == (
        400,
        "'Until' (until) must be filled before submitting",
    )
    assert (await desk.act("close", as_="U0TOM", view="V01")).status == 200
    assert dig(await state(desk, "U0TOM"), "views") == []


async def test_an_impossible_act_is_a_sentence_with_names(desk: Desk) -> None:
    got = await desk.act("say", as_="U0GUEST", channel=ACME, text="hi")
    assert (got.status, dig(got.told, "error")) == (400, "Gwen Guest is not in #acme (channels)")
    assert (await desk.act("dance")).status == 404


async def test_a_command_that_no_bot_hears_says_so(desk: Desk) -> None:
    got = await desk.act("command", as_="U0CLAIRE", channel=ACME, text="/report")
    assert got.status == 200
    assert dig(got.told, "result", "acked") is False
    assert dig(got.told, "result", "error") == "dispatch_failed"


async def test_the_clock_goes_forward_only(desk: Desk) -> None:
    assert (await desk.act("clock", by=3600)).status == 200
    gone = desk.stage.clock.now() - SUNDAY
    assert timedelta(hours=1) <= gone < timedelta(hours=1, minutes=1)
    assert (await desk.act("clock", to="2026-11-23T06:00:00+01:00")).status == 200
    assert dig(await state(desk), "next") == "2026-11-30T06:00:00+01:00"
    for wrong in (
        {"by": -1},
        {"by": 1e300},
        {"to": "2020-01-01T00:00:00+00:00"},
        {"to": "soon"},
        {},
    ):
        assert (await desk.act("clock", **wrong)).status == 400
    assert (await desk.act("clock", to="2026-12-23T06:00:00")).status == 400
    assert desk.woken == []


@pytest.mark.parametrize("what", ["credential", "warehouse", "ratelimit"])
async def test_what_is_broken_stands_until_it_is_mended(desk: Desk, what: str) -> None:
    for _ in range(2):
        assert (await desk.act("break", what=what)).status == 200
        assert dig(await state(desk), "broken") == [what]
    for _ in range(2):
        assert (await desk.act("mend", what=what)).status == 200
        assert dig(await state(desk), "broken") == []


async def test_a_limited_slack_answers_429_until_it_relents(desk: Desk) -> None:
    await desk.act("break", what="ratelimit")
    head = {"Authorization": f"Bearer {desk.stage.slack.bot_token}"}
    body = {"channel": ACME, "text": "x"}
    address = desk.stage.slack.api_url + "chat.postMessage"
    statuses: list[int] = []
    for _ in range(2):
        async with desk.session.post(address, json=body, headers=head) as got:
            statuses.append(got.status)
    await desk.act("mend", what="ratelimit")
    async with desk.session.post(address, json=body, headers=head) as got:
        statuses.append(got.status)
    assert statuses == [429, 429, 200]


async def test_a_cut_warehouse_answers_503_until_it_is_mended(desk: Desk) -> None:
    address = f"{desk.stage.warehouse.url}/bigquery/v2/projects/p/jobs"
    statuses: list[int] = []
    for act in ("break", "mend"):
        await desk.act(act, what="warehouse")
        async with desk.session.post(address, json={}) as got:
            statuses.append(got.status)
    assert statuses == [503, 401]


async def test_only_what_there_is_can_be_broken(desk: Desk) -> None:
    got = await desk.act("mend", what="socket")
    assert (got.status, dig(got.told, "error")) == (
        400,
        "There is no socket here; there is: credential, warehouse, ratelimit.",
    )
    assert (await desk.act("break", what="socket")).status == 200
    assert (await desk.act("bot", do="dance")).status == 400


async def test_a_file_is_for_those_who_see_it(desk: Desk) -> None:
    space = desk.stage.slack.workspace
    file = records.File(
        id="F0CHART", name="chart.png", length=3, user="U0REPORTOPS", content=b"png"
    )
    space.files["F0CHART"] = file
    address = "/page/api/file?id=F0CHART"
    assert (await desk.ask(address)).status == 404
    image: shapes.Json = {"type": "image", "alt_text": "chart", "slack_file": {"id": "F0CHART"}}
    space.messages.add(records.Message(ts="1.1", channel=OPS, user="U0REPORTOPS", blocks=[image]))
    got = await desk.ask(address)
    assert (got.status, got.body, got.headers["Content-Type"]) == (200, b"png", "image/png")
    assert (await desk.ask(f"{address}&as=U0CLAIRE")).status == 200
    assert (await desk.ask(f"{address}&as=U0MALIK")).status == 404


async def heard(desk: Desk, query: str, until: str) -> list[dict[str, object]]:
    """Read the stream of changes until one of a kind came."""
    found: list[dict[str, object]] = []
    head = {"Authorization": f"Bearer {desk.page.token}"}
    address = f"{desk.page.url}/page/api/changes?{query}"
    async with asyncio.timeout(3), desk.session.get(address, headers=head) as stream:
        async for line in stream.content:
            if line.startswith(b"data: "):
                found.append(json.loads(line.removeprefix(b"data: ")))
                if found[-1]["kind"] == until:
                    return found
    return found


async def test_changes_come_as_they_happen_without_what_they_say(desk: Desk) -> None:
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(heard(desk, "since=0", "state"))
        await web(desk.stage.slack).chat_postMessage(channel=ACME, text="the words")
        await desk.act("clock", by=60)
    kinds = [one["kind"] for one in reading.result()]
    assert kinds == ["message_posted", "state"]
    assert "the words" not in json.dumps(reading.result())
    assert reading.result()[0]["channel"] == ACME


async def test_a_guest_hears_of_their_own_channels_only(desk: Desk) -> None:
    slack = web(desk.stage.slack)
    await slack.chat_postMessage(channel=ACME, text="before")
    await slack.chat_postEphemeral(channel=ACME, user="U0TOM", text="psst")
    desk.stage.told()
    assert [one["kind"] for one in await heard(desk, "since=0&as=U0GUEST", "state")] == ["state"]
    kinds = [one["kind"] for one in await heard(desk, "since=0&as=U0MALIK", "state")]
    assert kinds == ["message_posted", "state"]


async def test_a_number_that_is_none_is_refused(desk: Desk) -> None:
    assert (await desk.ask("/page/api/changes?since=x")).status == 400


async def test_open_streams_end_with_the_page(desk: Desk) -> None:
    head = {"Authorization": f"Bearer {desk.page.token}"}
    address = f"{desk.page.url}/page/api/changes"
    async with asyncio.timeout(3), desk.session.get(address, headers=head) as stream:
        assert await stream.content.readline() == b": here\n"
        await desk.page.__aexit__(None, None, None)
        assert await stream.content.read() == b"\n"
    with pytest.raises(aiohttp.ClientError):
        await desk.ask("/page/")
