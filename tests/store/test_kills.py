"""SIGKILL at many points: after each the file opens, nothing is half done, nothing is doubled."""

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.domain import run
from bot.store import Store
from tests import samples

RUNS = 40
ROOT = Path(__file__).parents[2]


def _serve(path: Path, slack: Path, *, kill_after: float | None) -> bool:
    """Let the process serve; kill it after so many seconds of work. True: it came to its end."""
    command = [sys.executable, "-m", "tests.store.killed", str(path), str(slack), str(RUNS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
        return process.stdout.read() == "done\n"


def _check(path: Path, slack: Path) -> None:
    """What holds after any kill."""
    posts = Counter(slack.read_text().split() if slack.exists() else [])
    assert max(posts.values(), default=1) == 1, "posted twice"
    connection = sqlite3.connect(path)

    def ask(sql: str) -> list[object]:
        return [row[0] for row in connection.execute(sql)]

    assert ask("PRAGMA integrity_check") == ["ok"]
    assert ask("PRAGMA foreign_key_check") == []
    open_attempts = ask("SELECT run FROM attempts WHERE ended IS NULL ORDER BY run")
    assert open_attempts == ask("SELECT id FROM runs WHERE status = 'running' ORDER BY id")
    assert not ask(
        "SELECT id FROM runs WHERE status IN ('ready', 'posting', 'succeeded')"
        " AND NOT EXISTS (SELECT 1 FROM outcomes WHERE run = runs.id)"
    )
    assert not ask(
        "SELECT id FROM runs LEFT JOIN deliveries ON deliveries.run = runs.id"
        " WHERE (status = 'succeeded') != (coalesce(state, '') = 'posted')"
        " OR (status = 'posting') != (coalesce(state, '') IN ('pending', 'posting'))"
    )
    made = "SELECT count(*) FROM attempts WHERE ended = 'report'"
    assert ask(made) == ask("SELECT count(*) FROM usage")
    assert not ask("SELECT id FROM incidents WHERE id NOT IN (SELECT incident FROM incident_runs)")
    connection.close()
    assert set(posts) >= set(_posted(path))


def _posted(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    found = [row[0] for row in connection.execute("SELECT key FROM deliveries WHERE ts NOT NULL")]
    connection.close()
    return found


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_killed_at_any_point_nothing_is_lost_doubled_or_half_done(tmp_path: Path) -> None:
    path, slack = tmp_path / "a.db", tmp_path / "slack.txt"
    chance = random.Random(20261123)
    for _ in range(12):
        if _serve(path, slack, kill_after=chance.uniform(0.0, 0.12)):
            break
        _check(path, slack)
    assert _serve(path, slack, kill_after=None)
    _check(path, slack)
    assert len(slack.read_text().split()) == RUNS
    async with Store.open(path) as kept:
        rows = await kept.history.rows(samples.ACME, limit=RUNS * 2)
        assert [row.status for row in rows] == [run.Status.SUCCEEDED] * RUNS
