"""The shell with a bot running: it acts through the control socket."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import errors
from bot.domain import ids, run
from bot.operations import answers, control, scope
from tests import localslack
from tests.cli.conftest import Shell
from tests.gates import source
from tests.operations import house

RUN = ids.RunId("0000000000007k2f")


async def test_what_is_typed_reaches_the_running_bot(shell: Shell, tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:

        async def respond(question: answers.Question, asker: scope.Asker) -> answers.Answer:
            assert question.request is not None
            return await home.operations.ask(asker, question.request)

        async with control.serve(tmp_path / "reportops.db", respond):
            result = await asyncio.to_thread(shell, "pause", "acme", "for", "3d")
            assert result.exit_code == 0, result.output
            (paused,) = await home.store.pauses.all()
            assert paused.by.startswith("shell:")
            result = await asyncio.to_thread(shell, "rerun", "acme")
            assert (result.exit_code, result.stdout) == (2, "")
            assert "paused" in result.stderr


async def test_a_bot_that_is_there_but_does_not_listen_is_named(
    shell: Shell, tmp_path: Path
) -> None:
    async with house.opened(tmp_path):
        result = await asyncio.to_thread(shell, "status")
    assert result.exit_code == 2
    assert f"process {os.getpid()}" in result.stderr


@pytest.mark.parametrize(
    ("status", "code"),
    [(run.Status.SUCCEEDED, 0), (run.Status.FAILED, 1), (run.Status.HELD, 1)],
)
async def test_a_run_that_is_posted_is_waited_for(
    shell: Shell, tmp_path: Path, status: run.Status, code: int
) -> None:
    asked: list[answers.Question] = []

    async def respond(question: answers.Question, asker: scope.Asker) -> answers.Answer:
        asked.append(question)
        if question.verb is answers.Verb.ASK:
            return answers.Done(text="on its way", runs=(RUN,))
        settled = len(asked) > 2
        now = status if settled else run.Status.RUNNING
        return answers.RunState(id=RUN, status=now, settled=settled, text=f"it {now.value}")

    async with control.serve(tmp_path / "reportops.db", respond):
        result = await asyncio.to_thread(shell, "run", "globex", "--period", "2026-W40", "--post")
    assert result.exit_code == code, result.output
    assert f"it {status.value}" in result.output
    assert asked[0].request is not None
    assert (asked[0].request.names, asked[0].request.period) == (("globex",), "2026-W40")


async def test_what_the_bot_refuses_is_told_here(shell: Shell, tmp_path: Path) -> None:
    async def respond(question: answers.Question, asker: scope.Asker) -> answers.Answer:
        raise errors.StoreError("the disk is full")

    async with control.serve(tmp_path / "reportops.db", respond):
        result = await asyncio.to_thread(shell, "status")
    assert (result.exit_code, result.stderr) == (2, "the disk is full\n")


@pytest.mark.slow
async def test_without_a_bot_the_shell_posts_itself(shell: Shell, tmp_path: Path) -> None:
    async with localslack.started() as slack:
        environment = {
            **os.environ,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "REPORTOPS_OPS_CHANNEL": "C0REPORTOPS",
            "PYTHONPATH": str(source.ROOT),
        }
        program = "from bot.cli import main; main()"
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", program, "run", "globex", "--post", "--output", "json"],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=18,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["client"] == "globex"
        assert ": posted" in done.stderr
        (posted,) = slack.control.messages("C0REPORTOPS")
        assert "Globex" in posted.text
