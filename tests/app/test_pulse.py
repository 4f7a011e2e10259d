"""What is told outside, by how the bot does."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import cast

from aiohttp import web
from pydantic import SecretStr

from bot import settings
from bot.app import pulse
from bot.operations import answers

WELL = answers.Health()
SICK = answers.Health(problems=("The disk is full.",))
STUCK = answers.Health(problems=("Nothing was looked at for 300 s.",), stuck=True)
STARTING = answers.Health(problems=("No socket yet.",), starting=True)


def _in_turn(*found: answers.Health) -> tuple[pulse.Health, asyncio.Event]:
    """Health as it is looked at, the last for ever; the event: all were."""
    waiting, done = list(found), asyncio.Event()

    async def health() -> answers.Health:
        if len(waiting) == 1:
            done.set()
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return health, done


async def _facts(tmp_path: Path, *found: answers.Health) -> list[str]:
    health, done = _in_turn(*found)
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(place)
        systemd.setblocking(False)
        asked = settings.Supervisor(address=place, watchdog=timedelta(milliseconds=20))
        async with asyncio.TaskGroup() as group:
            telling = pulse.Pulse(health, supervisor=asked)
            task = group.create_task(telling.to_systemd())
            await done.wait()
            await asyncio.sleep(0)
            task.cancel()
        facts: list[str] = []
        with suppress(BlockingIOError):
            while True:
                facts.append(systemd.recv(100).decode())
    return facts


async def test_the_watchdog_is_fed_while_the_bot_goes_on_also_when_something_is_wrong(
    tmp_path: Path,
) -> None:
    facts = await _facts(tmp_path, WELL, SICK)
    assert facts[:5] == [
        "READY=1",
        "WATCHDOG=1",
        "STATUS=Healthy.",
        "WATCHDOG=1",
        "STATUS=The disk is full.",
    ]


async def test_the_watchdog_starves_when_a_restart_may_help(tmp_path: Path) -> None:
    facts = await _facts(tmp_path, WELL, STUCK)
    assert facts == [
        "READY=1",
        "WATCHDOG=1",
        "STATUS=Healthy.",
        "STATUS=Nothing was looked at for 300 s.",
    ]


@asynccontextmanager
async def _monitor(heard: Callable[[str, str], None]) -> AsyncGenerator[SecretStr]:
    async def answer(request: web.Request) -> web.Response:
        heard(request.path, await request.text())
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port, *_ = cast("tuple[str, int]", runner.addresses[0])
    try:
        yield SecretStr(f"http://{host}:{port}/id")
    finally:
        await runner.cleanup()


async def test_the_monitor_hears_the_start_what_is_wrong_and_that_it_is_over() -> None:
    signs: list[tuple[str, str]] = []
    enough = asyncio.Event()

    def heard(path: str, text: str) -> None:
        signs.append((path, text))
        if len(signs) == 4:
            enough.set()

    health, _ = _in_turn(WELL, SICK, WELL)
    async with _monitor(heard) as url, asyncio.TaskGroup() as group:
        telling = pulse.Pulse(health, supervisor=settings.Supervisor())
        task = group.create_task(telling.to_monitor(url, every=timedelta(milliseconds=1)))
        await enough.wait()
        task.cancel()
    assert signs[:4] == [
        ("/id/start", ""),
        ("/id", ""),
        ("/id/fail", "The disk is full."),
        ("/id", ""),
    ]


async def test_a_start_is_no_failure() -> None:
    signs: list[str] = []
    health, done = _in_turn(STARTING, STARTING)
    async with (
        _monitor(lambda path, _: signs.append(path)) as url,
        asyncio.TaskGroup() as group,
    ):
        telling = pulse.Pulse(health, supervisor=settings.Supervisor())
        task = group.create_task(telling.to_monitor(url))
        await done.wait()
        task.cancel()
    assert signs == ["/id/start"]
