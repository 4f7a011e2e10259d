from datetime import UTC, datetime, timedelta

from bot import clock as clocks
from bot.demo.slack import server
from tests import localslack
from tests.localslack import dig

ACME = "C0ACMEREPORT"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def shown(file: str) -> list[dict[str, object]]:
    return [{"type": "image", "slack_file": {"id": file}, "alt_text": "the trend"}]


async def upload(web: localslack.Web, **more: str) -> str:
    told = await web.files_upload_v2(content=PNG, filename="trend.png", title="Trend", **more)
    return str(dig(told.data, "file", "id"))


async def test_the_sdks_three_steps_make_a_usable_image(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    name = await upload(web)
    told = await web.files_info(file=name)
    assert dig(told.data, "file", "mimetype") == "image/png"
    assert (await web.chat_postMessage(channel=ACME, text="x", blocks=shown(name)))["ok"]
    steps = [one.method for one in slack.control.journal()]
    assert steps[:3] == [
        "files.getUploadURLExternal",
        "files.upload",
        "files.completeUploadExternal",
    ]


async def test_a_file_is_usable_only_after_a_while() -> None:
    held = clocks.HeldClock(datetime(2026, 11, 23, 6, tzinfo=UTC))
    async with localslack.started(held) as slack:
        slack.workspace.rules.file_ready_seconds = 2
        web = localslack.web(slack)
        name = await upload(web)
        early = await web.files_info(file=name)
        caught = await localslack.refused(
            web.chat_postMessage(channel=ACME, text="x", blocks=shown(name))
        )
        held.advance(timedelta(seconds=2))
        late = await web.files_info(file=name)
        await web.chat_postMessage(channel=ACME, text="x", blocks=shown(name))
    assert dig(early.data, "file", "mimetype") == ""
    assert "invalid slack file" in caught["errors"][0]
    assert dig(late.data, "file", "url_private")


async def test_a_private_address_is_no_image_url(web: localslack.Web) -> None:
    told = await web.files_info(file=await upload(web))
    url = str(dig(told.data, "file", "url_private"))
    block = {"type": "image", "image_url": url, "alt_text": "x"}
    caught = await localslack.refused(web.chat_postMessage(channel=ACME, text="x", blocks=[block]))
    assert "downloading image failed" in caught["errors"][0]


async def test_a_shared_file_is_a_message_with_its_shares(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    name = await upload(web, channel=ACME, initial_comment="here")
    message = slack.control.messages(ACME)[0]
    told = await web.files_info(file=name)
    assert (message.text, message.files) == ("here", (name,))
    assert dig(told.data, "file", "shares", "public", ACME, 0, "ts") == message.ts


async def test_uploads_may_be_off_or_cut_short(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    told = await web.files_getUploadURLExternal(filename="a.png", length=9)
    caught = await localslack.refused(
        web.files_completeUploadExternal(files=[{"id": str(told["file_id"])}])
    )
    assert caught["error"] == "file_not_found"
    slack.workspace.rules.file_uploads = False
    caught = await localslack.refused(web.files_getUploadURLExternal(filename="a.png", length=9))
    assert caught["error"] == "file_uploads_disabled"


async def test_a_deleted_file_is_gone(web: localslack.Web) -> None:
    name = await upload(web)
    await web.files_delete(file=name)
    caught = await localslack.refused(web.files_info(file=name))
    assert caught["error"] == "file_deleted"
