"""The real bot without its socket, and the real bot twice."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import pytest

from bot.cli import health
from bot.demo import stage
from bot.demo.slack import records
from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
_USAGE = 2
_ENDLESS = """\
SELECT sum(a.range * b.range) AS revenue, 1 AS orders
FROM range(9999999) a, range(9999999) b WHERE $period_start < $period_end
"""


async def test_without_a_socket_reports_go_out_and_the_operators_are_told(tmp_path: Path) -> None:
    settings = {"REPORTOPS_STAGGER": "0"}
    async with many.open_many(tmp_path / "house", 2, settings=settings) as on:
        await on.start_bot()
        await on.slack.until(lambda: on.slack.control.sockets >= 2, timeout=30)
        on.slack.faults.add("refused", "apps.connections.open", times=None, value="invalid_auth")
        await on.slack.control.disconnect("link_disabled", seconds=0)
        await on.slack.until(lambda: not on.slack.control.sockets or None)
        on.clock.move_to(on.monday)
        await on.wake()
        for number in range(2):
            await on.slack.until(
                lambda: on.slack.control.messages(many.channel(number)),  # noqa: B023
                timeout=60,
            )
        await on.slack.until(
            lambda: any(_told(one) for one in on.slack.control.messages(stage.OPS)), timeout=30
        )
        await on.wake()
        assert sum(_told(one) for one in on.slack.control.messages(stage.OPS)) == 1
        await on.stop_bot()


def _told(one: records.Message) -> bool:
    return "Socket Mode is turned off" in one.text


async def test_a_start_into_slacks_trouble_waits_and_then_does_its_work(tmp_path: Path) -> None:
    settings = {"REPORTOPS_STAGGER": "0"}
    async with many.open_many(tmp_path / "house", 1, settings=settings) as on:
        trouble = on.slack.faults.add("error_before", "auth.test", times=None)
        async with asyncio.TaskGroup() as group:
            starting = group.create_task(on.start_bot())
            await on.slack.until(lambda: trouble.met >= 2, timeout=30)
            told = await asyncio.to_thread(health.look, on.database)
            on.slack.faults.clear()
            await starting
        assert told["starting"]
        on.clock.move_to(on.monday)
        await on.wake()
        await on.slack.until(lambda: on.slack.control.messages(many.channel(0)), timeout=60)
        log = on.place.log.read_text("utf-8")
        assert (log.count("waiting_for_slack"), log.count("slack_is_back")) == (1, 1)
        await on.stop_bot()


async def test_a_start_with_a_revoked_app_token_posts_and_tells_the_operators(
    tmp_path: Path,
) -> None:
    settings = {"REPORTOPS_STAGGER": "0"}
    async with many.open_many(tmp_path / "house", 1, settings=settings) as on:
        refusal = on.slack.faults.add(
            "refused", "apps.connections.open", times=None, value="token_revoked"
        )
        async with asyncio.TaskGroup() as group:
            starting = group.create_task(on.start_bot())  # until it has a socket
            await on.slack.until(lambda: on.slack.control.messages(stage.OPS), timeout=30)
            on.clock.move_to(on.monday)
            await on.wake()
            await on.slack.until(lambda: on.slack.control.messages(many.channel(0)), timeout=60)
            starting.cancel()
        told = [one.text for one in on.slack.control.messages(stage.OPS)]  # the digest too
        assert sum("the app-level token is not valid any more" in text for text in told) == 1
        assert refusal.met == 2  # one a slot, and neither of them again soon
        await on.stop_bot()


async def test_a_bot_that_ends_before_it_has_a_socket_is_not_waited_for(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 1, settings={"REPORTOPS_NONSENSE": "1"}) as on:
        with pytest.raises(RuntimeError, match="ended at once"):
            await on.start_bot()


async def test_a_second_bot_on_the_same_database_is_refused_and_told_why(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 1) as on:
        await on.start_bot()
        second = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            cwd=on.place.checkout,
            env=on.environment(),
            stderr=asyncio.subprocess.PIPE,
        )
        _, told = await second.communicate()
        assert second.returncode == _USAGE
        assert f"in use by another reportops (process {on.pid} " in told.decode()
        assert on.running
        await on.stop_bot()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
async def test_a_killed_bots_worker_keeps_nothing_of_its_database(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 1) as on:
        (on.place.clients / "client000" / "sales.sql").write_text(_ENDLESS, "utf-8")
        await on.start_bot()
        on.clock.move_to(on.monday)
        await on.wake()
        worker = await _worker(on)
        with contextlib.suppress(PermissionError):  # without root nobody can look into it at all
            held = _open_files(worker)
            assert held
            assert not [one for one in held if on.database.name in one]
        await on.stop_bot(signal.SIGKILL)
        await on.start_bot()
        assert on.running
        await on.stop_bot(signal.SIGKILL)


def _open_files(process: int) -> list[str]:
    return [str(one.readlink()) for one in Path(f"/proc/{process}/fd").iterdir()]


async def _worker(on: many.Stage) -> int:
    """The worker's process, once there is one that has begun."""
    async with asyncio.timeout(20):
        while (found := _forked(on)) is None:  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.02)
    return found


def _forked(on: many.Stage) -> int | None:
    """What the template has forked: it stands below the spawner, which stands below the bot."""
    spawners = [one for one in _children(on.pid) if b"spawner" in _command_line(one)]
    templates = [one for spawner in spawners for one in _children(spawner)]
    return next((one for template in templates for one in _children(template)), None)


def _children(process: int) -> list[int]:
    return [
        int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def _command_line(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()
