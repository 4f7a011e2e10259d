"""The control socket, over a real one."""

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import errors
from bot.access import Kind
from bot.operations import answers, control, grammar, scope, shell
from bot.operations.answers import Question, Verb
from tests.operations.house import House
from tests.operations.house import opened as open_house


@asynccontextmanager
async def _served(folder: Path) -> AsyncGenerator[tuple[House, Path, list[str]]]:
    woken: list[str] = []

    async def health() -> answers.Health:
        return answers.Health(problems=("Slack is not connected.",), facts={"runs": "0"})

    async with open_house(folder) as home:
        respond = shell.Shell(
            home.operations, home.store, wake=lambda: woken.append("woken"), health=health
        )
        database = folder / "reportops.db"
        async with control.serve(database, respond):
            yield home, database, woken


def _asked(text: str) -> Question:
    return Question(request=grammar.parse(text))


async def test_what_the_shell_asks_is_answered_and_written_down(tmp_path: Path) -> None:
    async with _served(tmp_path) as (home, database, _):
        reply = await control.call(database, _asked("pause acme for 3d audit"))
        assert isinstance(answers.unpack(reply), answers.Done)
        ((who, what, client),) = await home.trail()
        assert (who.startswith("shell:"), what, client) == (True, "pause", "acme")
        (paused,) = await home.store.pauses.all()
        assert paused.reason == "audit"


@pytest.mark.parametrize(
    "text", ["", "help", "list", "status", "status acme", "schedule", "history acme", "cost"]
)
async def test_every_answer_survives_the_way(tmp_path: Path, text: str) -> None:
    async with _served(tmp_path) as (home, database, _):
        await home.sent()
        await home.failed()
        there = answers.unpack(await control.call(database, _asked(text)))
        here = await home.operations.ask(control.shell(), grammar.parse(text))
        assert there == here


async def test_health_wake_and_backup(tmp_path: Path) -> None:
    async with _served(tmp_path) as (_, database, woken):
        told = answers.unpack(await control.call(database, Question(verb=Verb.HEALTH)))
        assert isinstance(told, answers.Health)
        assert not told.ok
        await control.call(database, Question(verb=Verb.WAKE))
        assert woken == ["woken"]
        copy = tmp_path / "copy.db"
        await control.call(database, Question(verb=Verb.BACKUP, path=str(copy)))
        assert copy.stat().st_size > 0
        again = await control.call(database, Question(verb=Verb.BACKUP, path=str(copy)))
        assert again.problem is answers.Problem.STORE


async def test_the_sheet_and_a_run_are_told(tmp_path: Path) -> None:
    async with _served(tmp_path) as (home, database, _):
        sent = await home.sent()
        sheet = answers.unpack(await control.call(database, Question(verb=Verb.SHEET)))
        assert isinstance(sheet, answers.Done)
        assert sheet.text.count("\n") == 2
        state = answers.unpack(await control.call(database, Question(verb=Verb.RUN, run=sent.id)))
        assert isinstance(state, answers.RunState)
        assert state.settled


async def test_what_is_asked_wrongly_comes_back_in_words(tmp_path: Path) -> None:
    async with _served(tmp_path) as (_, database, _woken):
        reply = await control.call(database, _asked("rerun nobody"))
        assert reply.problem is answers.Problem.USAGE
        assert "nobody" in reply.text


async def test_nobody_else_may_even_open_it(tmp_path: Path) -> None:
    async with _served(tmp_path) as (_, database, _woken):
        mode = control.path(database).stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600


async def test_another_user_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _served(tmp_path) as (home, database, _):
        me = os.geteuid()
        monkeypatch.setattr(control.os, "geteuid", lambda: me + 1)
        with pytest.raises(errors.StoreError, match="no answer"):
            await control.call(database, _asked("pause acme"))
        assert not await home.store.pauses.all()


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[]\n", b"\xff\xfe\n", b'{"verb":"x"}\n'])
async def test_garbage_is_answered_kindly(tmp_path: Path, line: bytes) -> None:
    async with _served(tmp_path) as (_, database, _woken):
        reader, writer = await asyncio.open_unix_connection(str(control.path(database)))
        writer.write(line)
        reply = json.loads(await reader.readline())
        writer.close()
        assert reply["problem"] == "usage" or reply["kind"] == "Help"


async def test_without_a_bot_nobody_is_there(tmp_path: Path) -> None:
    with pytest.raises(control.NobodyThere):
        await control.call(tmp_path / "reportops.db", _asked("list"))


async def test_a_socket_that_a_crash_left_is_nobody_and_is_replaced(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(control.path(tmp_path / "reportops.db")))
    left.close()
    with pytest.raises(control.NobodyThere):
        await control.call(tmp_path / "reportops.db", _asked("list"))
    async with _served(tmp_path) as (_, database, _woken):
        assert (await control.call(database, _asked("list"))).problem is None
    assert not control.path(database).exists()


async def test_a_folder_with_a_long_name_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    async with _served(folder) as (_, database, _woken):
        assert (await control.call(database, _asked("list"))).problem is None


async def test_a_question_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def respond(question: Question, asker: scope.Asker) -> answers.Answer:
        begun.set()
        await may_end.wait()
        return answers.Done(text="done")

    async def end() -> None:
        await begun.wait()
        asyncio.get_running_loop().call_later(0.05, may_end.set)

    database = tmp_path / "reportops.db"
    async with asyncio.TaskGroup() as group, control.serve(database, respond):
        called = group.create_task(control.call(database, _asked("list")))
        await end()
    assert answers.unpack(called.result()) == answers.Done(text="done")


def test_the_shell_is_who_the_kernel_says() -> None:
    asker = control.shell()
    assert asker.actor.kind is Kind.SHELL
    assert asker.actor.who.startswith("shell:")
    assert control.shell(987654).actor.who == "shell:987654"


def test_an_answer_of_another_kind_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="Mystery"):
        answers.unpack(answers.Reply(kind="Mystery", body="{}"))
