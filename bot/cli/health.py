"""`reportops health`: is it sound? For people, systemd, Docker and Kubernetes.

A probe asks every few seconds, so this imports next to nothing: it speaks the control socket's one
line of JSON (operations/control.py) by itself.
"""

import fcntl
import json
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, cast

import click

from bot import settings
from bot.operations import address

_SECONDS = 10.0
_STARTING = "The bot is starting."
_GONE = "The bot is not running."


class Told(TypedDict):
    """What is known of the bot."""

    problems: Sequence[str]
    facts: Mapping[str, str]
    starting: bool
    stuck: bool


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--live",
    is_flag=True,
    help="Fail only where a restart may help: for a liveness probe.",
)
def health(*, as_json: bool, live: bool) -> None:
    """Whether the bot does its work; exit code 1 where it does not."""
    told = look(settings.read().database)
    sound, alive = not told["problems"], not told["stuck"]
    if as_json:
        click.echo(json.dumps({"ok": sound, "live": alive, **told}, ensure_ascii=False))
    else:
        _say(told)
    raise click.exceptions.Exit(0 if (alive if live else sound) else 1)


def look(database: Path) -> Told:
    """Ask the bot; where none answers, say what is known without it."""
    try:
        return _asked(database)
    except (FileNotFoundError, ConnectionRefusedError):
        starting = _is_owned(database)
        return _absent(_STARTING if starting else _GONE, starting=starting)
    except PermissionError:
        return _absent("The bot's control socket belongs to another user; ask as that one.")
    except (OSError, ValueError, KeyError) as error:
        return _absent(f"The bot does not answer ({type(error).__name__}).")


def _asked(database: Path) -> Told:
    with (
        address.short(address.path(database)) as place,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
    ):
        line.settimeout(_SECONDS)
        line.connect(place)
        line.sendall(b'{"verb": "health"}\n')
        with line.makefile("rb") as heard:
            reply = cast("Mapping[str, str]", json.loads(heard.readline()))
    if reply["kind"] != "Health":
        return _absent(reply["text"], stuck=False)
    return cast("Told", json.loads(reply["body"]))


def _absent(problem: str, *, starting: bool = False, stuck: bool = True) -> Told:
    return Told(problems=[problem], facts={}, starting=starting, stuck=stuck and not starting)


def _is_owned(database: Path) -> bool:
    """Whether a process has the database, though it does not listen yet."""
    try:
        with database.with_name(f"{database.name}.lock").open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _say(told: Told) -> None:
    is_bad = bool(told["problems"])
    heading = "Starting:" if told["starting"] else "Not healthy:"
    lines = [f"  {name}: {value}" for name, value in told["facts"].items()]
    lines = [heading if is_bad else "Healthy.", *(f"  {one}" for one in told["problems"]), *lines]
    click.echo("\n".join(lines), err=is_bad)
