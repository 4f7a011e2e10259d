"""The shell without a bot: plain words, exit codes, and what is written down."""

import ast
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot import cli
from tests.cli.conftest import Shell
from tests.gates import source


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("status",), "globex  Globex · next Mon"),
        (("status", "globex"), "Globex (globex) · internal · C0GLOBEX1"),
        (("schedule",), "globex  weekly"),
        (("history",), "nothing yet"),
        (("history", "globex"), "nothing yet"),
        (("cost",), "$0.00 for 0 reports"),
        (("cost", "--month", "2026-01"), "2026-01, to 2026-01-31"),
        (("cost", "--csv"), "at,client,report,ref"),
        (("rerun", "globex"), "on its way"),
        (("rerun", "failed"), "Nothing has failed"),
        (("pause", "globex", "for", "3d", "audit"), "Globex is paused until"),
        (("resume", "globex"), "Globex was not paused."),
    ],
)
def test_every_question_is_answered_without_a_bot(
    shell: Shell, words: tuple[str, ...], says: str
) -> None:
    result = shell(*words)
    assert result.exit_code == 0, result.output
    assert says in result.stdout
    assert "`" not in result.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("statsu",), "Did you mean status?"),
        (("history", "globx"), "Did you mean globex?"),
        (("rerun",), "Which client?"),
        (("rerun", "globex", "2026-11"), "does not name a period"),
        (("pause", "globex", "until", "tomorrow"), "year-month-day"),
        (("cost", "--month", "never"), "is not a month"),
        (("run", "nobody"), "There are: globex."),
        (("run", "globx"), "Did you mean"),
        (("run", "globex", "wekly"), "Did you mean"),
        (("run", "globex", "--period", "2026-Q4"), "does not name a period"),
        (("run", "globex", "--as-of", "Monday"), "is not a date"),
        (("run", "globex", "--post", "--as-of", "2026-11-23"), "none of --as-of"),
        (("client", "new", "globex"), "is there already"),
        (("client", "new", "Bad Name"), "Try: reportops client new bad-name"),
    ],
)
def test_what_is_asked_wrongly_is_one_plain_line_and_exit_code_two(
    shell: Shell, words: tuple[str, ...], says: str
) -> None:
    result = shell(*words)
    assert result.exit_code == 2, result.output
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert not result.stdout


def test_an_unknown_client_is_one_line_that_names_a_command_of_the_shell(shell: Shell) -> None:
    told = shell("history", "nobody").stderr
    assert told == "I do not know the client “nobody”. reportops status names them all.\n"


def test_a_client_whose_files_have_faults_is_not_called_unknown(
    shell: Shell, clients: Path
) -> None:
    (clients / "globex" / "client.yaml").write_text("name: [", "utf-8")
    told = shell("history", "globex").stderr
    assert told.startswith("globex has faults in its files: globex/client.yaml:1")


def test_faults_are_counted_in_plain_words(shell: Shell, clients: Path) -> None:
    (clients / "globex" / "client.yaml").write_text("name: [", "utf-8")
    assert shell("status").stdout.splitlines() == [
        "No clients. Make the first one: reportops client new globex",
        "1 fault in the clients' files: reportops check",
    ]
    assert "globex/client.yaml:1: This is not YAML." in shell("check").stdout


def test_a_wrong_setting_is_named_with_the_right_one(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTOPS_CLIENT_DIR", "x")
    result = shell("status")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Did you mean REPORTOPS_CLIENTS_DIR?" in result.stderr


def test_a_pause_from_the_shell_is_kept_and_told_by_the_next(shell: Shell) -> None:
    shell("pause", "globex", "until", "2099-01-01", "winter", "sleep")
    assert "paused until" in shell("status").stdout
    assert "winter sleep" in shell("status", "globex").stdout
    assert shell("resume", "globex").exit_code == 0
    assert "paused" not in shell("status").stdout


def test_without_a_bot_nothing_is_healthy(shell: Shell) -> None:
    result = shell("health")
    assert result.exit_code == 1
    assert "The bot is not running." in result.stderr


def test_a_backup_is_a_whole_database_and_overwrites_nothing(shell: Shell, tmp_path: Path) -> None:
    shell("rerun", "globex")
    copy = tmp_path / "copy.db"
    assert shell("backup", str(copy)).exit_code == 0
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT count(*) FROM runs").fetchone() == (1,)
    database.close()
    assert shell("backup", str(copy)).exit_code == 2


def test_a_new_client_is_made_and_its_one_gap_is_told(shell: Shell, clients: Path) -> None:
    assert shell("check").exit_code == 0
    result = shell("client", "new", "initech", "--title", "Initech & Sons")
    assert result.exit_code == 0
    assert (clients / "initech" / "client.yaml").is_file()
    checked = shell("check")
    assert checked.exit_code == 2
    assert "initech/client.yaml:4 channel:" in checked.stdout
    assert "1 fault; in order: 1." in checked.stderr


def test_help_lists_every_command_and_each_can_be_called(shell: Shell) -> None:
    listed = shell("--help").stdout
    for name in cli.COMMANDS:
        assert f"  {name} " in listed
    for name in sorted(set(cli.COMMANDS) - {"demo"}):
        assert shell(name, "--help").exit_code == 0


def test_each_commands_module_defines_it() -> None:
    for name, (module, about) in cli.COMMANDS.items():
        path = source.ROOT / Path(*module.split(".")).with_suffix(".py")
        tree = ast.parse(path.read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert about.endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("words", [["history"], ["status"], ["check"], ["cost"], ["run", "globex"]])
def test_the_light_commands_bring_no_bolt_with_them(shell: Shell, words: list[str]) -> None:
    program = (
        "import sys; from bot.cli import main; main(sys.argv[1:], standalone_mode=False); "
        "sys.exit('slack_bolt' in sys.modules or 'slack_sdk' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
