"""The long-running process: settings → logs → app until a signal → exit code."""

import asyncio
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from bot import app, errors, logs, settings
from bot.domain.walls import Came
from bot.executors import own as tokens
from bot.executors import trial
from bot.guard import launcher
from bot.guard.walls import own
from bot.ipc import guarded

_USAGE = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run the bot; return 0 after an orderly end, 1 after our own fault, 2 for a setting,
    130 where Ctrl-C ended a start that still waits for Slack.

    ``arguments`` are the launcher's: how to find the guard. Without them runs are plain processes.
    """
    logs.configure(style="auto", level="info")  # until the settings are read
    try:
        guard = _guard(arguments)
        config = tokens.taken(settings.read(), arguments)
        logs.configure(style=config.log_format, level=config.log_level, secrets=config.secrets)
        with _walled_in(config, guard) as walled:
            asyncio.run(app.serve(config, guard=walled))
    except errors.GuardLost as lost:
        sys.stderr.write(f"{lost}\n")
        return 1
    except errors.ReportopsError as error:
        sys.stderr.write(f"{error}\n")
        return _USAGE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception:  # noqa: BLE001 - the process's main: the log gets it, masked
        structlog.get_logger().exception("ended_by_fault")
        return 1
    return 0


def _guard(arguments: Sequence[str]) -> guarded.Guard | None:
    if arguments[:1] != [launcher.GUARDED]:
        return None
    return launcher.launched(arguments[1])


@contextmanager
def _walled_in(
    config: settings.Settings, guard: guarded.Guard | None
) -> Generator[guarded.Guard | None]:
    """Wall the bot itself in before its first thread, and let it look what of that holds."""
    if guard is None:
        yield None
        return
    log = structlog.get_logger()
    with trial.ground() as ground:
        version = own.close(_reach(config, ground))
        attacks = tuple(own.tried(config.credentials_dir.resolve()))
        through = [one.name for one in attacks if one.came is Came.THROUGH]
        if through:
            log.warning("bot_walls_missing", landlock=version, through=through)
        else:
            log.info("bot_walls_stand", landlock=version)
        yield replace(guard, ground=ground, own=attacks)


def _reach(config: settings.Settings, ground: Path) -> own.Reach:
    backups, clock = config.backup_dir, config.clock_file
    machine = settings.environment()
    certificates = (machine.get("SSL_CERT_FILE"), machine.get("SSL_CERT_DIR"))
    return own.Reach(
        read=(
            config.clients_dir,
            *(() if clock is None else (clock.parent,)),
            *(Path(one) for one in certificates if one),
        ),
        write=(config.database.resolve().parent, *(() if backups is None else (backups,)), ground),
        sealed=config.credentials_dir,
        is_chosen="credentials_dir" in config.model_fields_set,
        unread=(trial.SHARED,),
        emptied=(Path(tempfile.gettempdir()),),
        # systemd may be told how we do at an abstract socket.
        scoped=not machine.get("NOTIFY_SOCKET", "").startswith("@"),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
