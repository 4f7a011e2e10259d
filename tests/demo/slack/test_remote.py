import asyncio
import json

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.demo.slack import server
from tests import localslack
from tests.localslack import dig

ACME = "C0ACMEREPORT"


async def act(
    slack: server.LocalSlack, what: str, *, headers: dict[str, str] | None = None, **body: object
) -> tuple[int, object]:
    """Post to the control; returns the status and what it answered."""
    own = {"Authorization": f"Bearer {slack.control_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.control_url + what, json=body, headers=own | (headers or {})) as told,
    ):
        return told.status, json.loads(await told.text())


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": ""},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Host": "evil.test"},
    ],
)
async def test_a_stranger_controls_nothing(
    slack: server.LocalSlack, headers: dict[str, str]
) -> None:
    body = {"user": "U0TOM", "channel": ACME, "text": "hi"}
    status, _ = await act(slack, "say", headers=headers, **body)
    assert status == 403
    assert not slack.control.messages(ACME)


async def test_its_own_page_controls_it(slack: server.LocalSlack) -> None:
    own = {"Origin": slack.url}
    status, told = await act(slack, "say", headers=own, user="U0TOM", channel=ACME, text="hi")
    assert (status, dig(told, "result", "text")) == (200, "hi")


async def test_reading_needs_the_token_too(slack: server.LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        for what in ("state", "journal", "changes"):
            async with session.get(slack.control_url + what) as told:
                assert told.status == 403


async def test_a_command_is_typed_over_http(slack: server.LocalSlack, app: AsyncApp) -> None:
    @localslack.listening(app).command("/report")
    async def report(ack: localslack.Ack) -> None:  # pyright: ignore[reportUnusedFunction]
        await ack("hello")

    _, told = await act(slack, "command", user="U0TOM", channel=ACME, text="/report")
    assert dig(told, "result", "acked") is True
    assert dig(told, "result", "response", "text") == "hello"


async def test_what_is_impossible_is_said(slack: server.LocalSlack) -> None:
    status, told = await act(slack, "press", user="U0TOM", where="1.0", action="x")
    assert (status, dig(told, "error")) == (400, "U0TOM sees no message 1.0")
    assert (await act(slack, "dance"))[0] == 404


async def test_faults_and_house_are_driven_over_http(slack: server.LocalSlack) -> None:
    await act(slack, "fault", kind="refused", method="auth.test", value="fatal_error")
    await act(slack, "share", channel=ACME, team="T0ACMESAS")
    await act(slack, "member", channel=ACME, user="U0FOREIGN")
    assert slack.faults.pending()[0].value == "fatal_error"
    assert "U0FOREIGN" in slack.workspace.channels[ACME].members


async def test_the_state_is_what_a_person_sees(slack: server.LocalSlack) -> None:
    await localslack.web(slack).chat_postEphemeral(channel=ACME, user="U0TOM", text="psst")
    seen: list[object] = []
    async with aiohttp.ClientSession() as session:
        for user in ("U0TOM", "U0MALIK"):
            address = f"{slack.control_url}state?user={user}"
            head = {"Authorization": f"Bearer {slack.control_token}"}
            async with session.get(address, headers=head) as told:
                seen.append(json.loads(await told.text()))
    assert dig(seen[0], "ephemerals", 0, "text") == "psst"
    assert dig(seen[1], "ephemerals") == []
    assert "report-ops" not in json.dumps(dig(seen[1], "channels"))


async def test_changes_are_streamed(slack: server.LocalSlack) -> None:
    head = {"Authorization": f"Bearer {slack.control_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{slack.control_url}changes?since=0", headers=head) as stream,
    ):
        await localslack.web(slack).chat_postMessage(channel=ACME, text="streamed")
        async with asyncio.timeout(2):
            async for line in stream.content:
                if b"message_posted" in line:
                    told: object = json.loads(line.removeprefix(b"data: "))
                    assert dig(told, "message", "text") == "streamed"
                    return


async def test_a_watcher_in_process_gets_every_change(slack: server.LocalSlack) -> None:
    kinds: list[str] = []
    async with asyncio.TaskGroup() as tasks:

        async def watch() -> None:
            async for change in slack.changes.subscribe():
                kinds.append(change.kind)
                if change.kind == "call":
                    return

        tasks.create_task(watch())
        await asyncio.sleep(0)
        await localslack.web(slack).chat_postMessage(channel=ACME, text="x")
    assert kinds == ["message_posted", "call"]


async def test_waiting_for_what_never_comes_tells_what_came(slack: server.LocalSlack) -> None:
    await slack.control.say("U0TOM", ACME, text="x")
    with pytest.raises(TimeoutError, match="message_posted"):
        await slack.until(lambda: None, timeout=0.01)
