"""The real bot behind its own walls."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.guard.walls import landlock
from tests.scenario import many

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        sys.platform != "linux" or landlock.abi() == 0, reason="this kernel has no Landlock"
    ),
]

_DEMANDS = """\
name: Globex
channel: {channel}
stage: live
timezone: Europe/Paris
isolation: strong
sources:
  shop: {{kind: bigquery, project: globex-analytics, credential: "env://SHOP"}}
reports:
  daily:
    title: Daily figures
    schedule: {{cron: "0 6 * * 1"}}
    period: week
    queries:
      sales: {{source: shop, sql: sales.sql}}
    metrics:
      orders: {{unit: count}}
"""
_SALES = "SELECT 1 AS orders FROM t WHERE day >= @period_start\n"


def _said(on: many.Stage, event: str) -> list[dict[str, object]]:
    lines = on.place.log.read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    return [one for one in told if one["event"] == event]


async def test_it_works_and_cannot_read_what_is_sealed(tmp_path: Path) -> None:
    """It tries so itself as it starts, before its first thread, and says what came of it."""
    sealed = tmp_path / "sealed"
    settings = {"REPORTOPS_CREDENTIALS_DIR": str(sealed), "REPORTOPS_STAGGER": "0"}
    async with many.open_many(tmp_path / "house", 1, settings=settings) as on:
        await on.start_bot()
        assert [one["landlock"] for one in _said(on, "bot_walls_stand")] == [landlock.abi()]
        assert not _said(on, "bot_walls_missing")
        assert sealed.stat().st_mode & 0o777 == 0o700
        many.write_client(on.place.clients, 1)  # while it runs
        on.clock.move_to(on.monday)
        async with asyncio.timeout(60):
            while not [key for key, _ in on.keyed() if key.startswith("report:")]:
                await on.wake()
                await asyncio.sleep(0.2)  # its work is in other processes: there is no event
        assert [one["added"] for one in _said(on, "clients_changed")] == [
            ["client000"],
            ["client001"],
        ]
        await on.stop_bot()
    assert not [one for one in sealed.rglob("*") if one.is_file()]


async def test_a_client_that_demands_more_is_refused_and_its_card_says_what_is_missing(
    tmp_path: Path,
) -> None:
    async with many.open_many(
        tmp_path / "house", 1, settings={"REPORTOPS_STAGGER": "0", "SHOP": "{}"}
    ) as on:
        folder = on.place.clients / "client000"
        (folder / "client.yaml").write_text(_DEMANDS.format(channel=many.channel(0)), "utf-8")
        (folder / "sales.sql").write_text(_SALES, "utf-8")
        await on.start_bot()
        on.clock.move_to(on.monday)
        async with asyncio.timeout(60):
            while not on.slack.control.messages(many.channel(0)):
                await on.wake()
                await asyncio.sleep(0.2)  # its work is in other processes: there is no event
        (card,) = on.slack.control.messages(many.channel(0))
        await on.stop_bot()
        wanted, reason = "demands isolation strong", "come from the environment (env://)"
        told = json.dumps([card.text, card.blocks], ensure_ascii=False)
        assert wanted in told
        assert reason in told
        assert "reportops check --walls" in told


def test_it_does_not_start_where_it_would_read_them(tmp_path: Path) -> None:
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(many.CHECKOUT),
        "SLACK_BOT_TOKEN": "xoxb-" + "a",
        "SLACK_APP_TOKEN": "xapp-" + "b",
        "REPORTOPS_DATABASE": str(tmp_path / "kept.db"),
        "REPORTOPS_EPHEMERAL_DISK": "allow",
        "REPORTOPS_CREDENTIALS_DIR": str(tmp_path / "credentials"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert f"The bot reads {tmp_path}, and so would read the sealed credentials" in done.stderr
