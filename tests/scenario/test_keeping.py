"""The real bot, its disk, its monitors, and a second bot beside it."""

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web

from bot.demo import stage
from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
CLIENTS = 2
_NOW = {"REPORTOPS_STAGGER": "0"}


def _run(on: many.Stage, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from bot.cli import main; main()", *words]
    if words == ("start",):
        command = [sys.executable, "-m", "bot"]
    return subprocess.run(
        command,
        cwd=on.place.checkout,
        env={**os.environ, **on.environment(), **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


async def _typed(on: many.Stage, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(lambda: _run(on, *words, **more))


async def _health(on: many.Stage) -> tuple[int, Mapping[str, object]]:
    done = await _typed(on, "health", "--json")
    return done.returncode, cast("Mapping[str, object]", json.loads(done.stdout))


async def _until(true: Callable[[], bool], on: many.Stage | None = None) -> None:
    async with asyncio.timeout(60):
        while not true():
            if on is not None:
                await on.wake()
            await asyncio.sleep(0.2)  # its work is in other processes: there is no event


def _said(on: many.Stage, words: str) -> int:
    return sum(words in one.text for one in on.slack.control.messages(stage.OPS))


def _reports(on: many.Stage) -> list[str]:
    return sorted(key for key, _ in on.keyed() if key.startswith("report:"))


async def test_on_a_full_disk_nothing_is_lost_doubled_or_said_twice(tmp_path: Path) -> None:
    """The kernel refuses every byte beyond what is there, as on a full disk or a used-up quota."""
    async with many.open_many(tmp_path / "house", CLIENTS, settings=_NOW) as on:
        await on.start_bot()
        code, told = await _health(on)
        assert (code, told["problems"]) == (0, [])
        most = on.database.with_name(f"{on.database.name}-wal").stat().st_size
        _, hard = resource.prlimit(on.pid, resource.RLIMIT_FSIZE, (most, -1))
        on.clock.move_to(on.monday)
        await _until(lambda: _said(on, "Nothing can be kept") == 1, on)
        code, told = await _health(on)
        assert code == 1
        assert "The database cannot be used" in str(told["problems"])
        assert told["live"] is True
        assert (await _typed(on, "health", "--live")).returncode == 0
        for _ in range(5):
            await on.wake()
        assert _said(on, "Nothing can be kept") == 1
        resource.prlimit(on.pid, resource.RLIMIT_FSIZE, (hard, hard))
        await _until(lambda: len(_reports(on)) == CLIENTS, on)
        assert len(set(_reports(on))) == CLIENTS
        await on.stop_bot()  # that all is well again is said after a while: tests/app/test_service


async def test_a_second_bot_refuses_and_says_who_has_it(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", CLIENTS) as on:
        await on.start_bot()
        second = await _typed(on, "start")
        assert second.returncode == 2
        assert f"process {on.pid} on {socket.gethostname()}, since 20" in second.stderr
        assert "Traceback" not in second.stderr
        assert (await _health(on))[0] == 0
        await on.stop_bot()
        done = await _typed(on, "health", "--json")
        assert done.returncode == 1
        assert "The bot is not running." in done.stdout


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no memory disk here")
async def test_it_does_not_start_from_a_disk_that_a_restart_empties(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", CLIENTS) as on:
        more = {"REPORTOPS_EPHEMERAL_DISK": "refuse"}
        place = f"/dev/shm/{tmp_path.name}/reportops.db"
        told = await _typed(on, "start", REPORTOPS_DATABASE=place, **more)
        assert told.returncode == 2
        assert "a disk in memory (tmpfs), which every restart empties" in told.stderr
        assert "REPORTOPS_EPHEMERAL_DISK=allow" in told.stderr
        told = await _typed(on, "start", DYNO="worker.1", **more)
        assert (told.returncode, "a disk of Heroku's" in told.stderr) == (2, True)
        assert not on.slack.control.sockets


async def test_a_damaged_database_is_told_in_slack_once_however_often_it_is_started(
    tmp_path: Path,
) -> None:
    async with many.open_many(tmp_path / "house", CLIENTS) as on:
        on.database.write_bytes(b"no database" * 1000)
        for _ in range(2):
            told = await _typed(on, "start")
            assert told.returncode == 2
            assert "reportops restore FILE" in told.stderr
        assert _said(on, "The bot cannot start: the database") == 1


@dataclass(slots=True, kw_only=True)
class Monitor:
    """Waits for signs of life."""

    url: str = ""
    signs: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@asynccontextmanager
async def _monitor() -> AsyncGenerator[Monitor]:
    waiting = Monitor()

    async def heard(request: web.Request) -> web.Response:
        waiting.signs.append((request.match_info["sign"], await request.text()))
        return web.Response(text="OK")

    app = web.Application()
    app.router.add_route("*", "/ping/secret-id{sign:.*}", heard)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port, *_ = cast("tuple[str, int]", runner.addresses[0])
    waiting.url = f"http://{host}:{port}/ping/secret-id"
    try:
        yield waiting
    finally:
        await runner.cleanup()


async def test_systemd_and_a_monitor_hear_that_it_is_well(tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(place)
        systemd.settimeout(0)
        async with _monitor() as monitor:
            settings = {
                "NOTIFY_SOCKET": place,
                "WATCHDOG_USEC": "1000000",
                "REPORTOPS_HEARTBEAT_URL": monitor.url,
            }
            async with many.open_many(tmp_path / "house", 1, settings=settings) as on:
                await on.start_bot()
                facts: list[str] = []
                await _until(lambda: _heard(systemd, facts).count("WATCHDOG=1") > 2)
                await _until(lambda: bool(_heard(systemd, facts)) and ("", "") in monitor.signs)
                await on.stop_bot()
                _heard(systemd, facts)
                log = on.place.log.read_text("utf-8")
    assert facts[0] == "READY=1"
    assert "STATUS=Healthy." in facts
    assert facts[-1] == "STOPPING=1"
    assert monitor.signs == [("/start", ""), ("", "")]
    assert "secret-id" not in log


def _heard(systemd: socket.socket, facts: list[str]) -> list[str]:
    while True:
        try:
            facts.append(systemd.recv(1000).decode())
        except BlockingIOError:
            return facts
