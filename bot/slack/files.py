"""Uploads in Slack's three steps, waiting until the file may be shown.

Slack scans a file after it was completed; a block that names it earlier is refused. The block wants
the file's id, never an address. Protocol: docs.slack.dev/messaging/working-with-files.
"""

import asyncio
from dataclasses import dataclass

import aiohttp
import structlog

from bot.slack import web

READY_WITHIN = 20.0
"""Seconds a file may take to become ready."""
_FIRST_LOOK = 0.1
_OK = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A file in Slack, or why there is none."""

    id: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What is to be uploaded."""

    name: str
    content: bytes
    title: str
    alt: str = ""


async def upload(slack: web.Web, file: File, *, channel: str | None = None) -> Uploaded:
    """Upload a file; without a channel it stays unshared, to be shown by an image block."""
    begun = await slack.write(
        "files.getUploadURLExternal",
        {"filename": file.name, "length": len(file.content), "alt_txt": file.alt or None},
        how="params",
    )
    if not begun.ok:
        return Uploaded(error=begun.error)
    file_id, address = begun.text("file_id"), begun.text("upload_url")
    if not await _put(address, file.content):
        return Uploaded(error="upload_failed")
    done = await slack.write(
        "files.completeUploadExternal",
        {"files": [{"id": file_id, "title": file.title}], "channel_id": channel},
    )
    if not done.ok:
        return Uploaded(error=done.error)
    return await _ready(slack, file_id)


async def _put(address: str, content: bytes) -> bool:
    wait = aiohttp.ClientTimeout(total=30)
    try:
        async with (
            aiohttp.ClientSession(timeout=wait, trust_env=True) as session,
            session.post(address, data=content) as response,
        ):
            return response.status == _OK
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning("slack_upload_failed", error=type(error).__name__)
        return False


async def _ready(slack: web.Web, file_id: str) -> Uploaded:
    try:
        async with asyncio.timeout(READY_WITHIN):
            await _look(slack, file_id)
    except TimeoutError:
        return Uploaded(error="chart_not_ready")
    return Uploaded(id=file_id)


async def _look(slack: web.Web, file_id: str) -> None:
    pause = _FIRST_LOOK
    while True:
        answer = await slack.read("files.info", file=file_id)
        if answer.ok and answer.part("file").get("mimetype"):
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)
