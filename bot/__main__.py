"""The long-running process: settings → logs → app until a signal → exit code."""

import asyncio
import sys
from collections.abc import Sequence

import structlog

from bot import app, errors, logs, settings
from bot.guard import launcher
from bot.ipc import guarded

_USAGE = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run the bot; return 0 after an orderly end, 1 after our own fault, 2 for a setting,
    130 where Ctrl-C ended a start that still waits for Slack.

    Called first without arguments, it starts the guard and becomes the bot, with what it then
    needs to find the guard as its arguments. Where there is no guard for the machine, runs are
    plain processes.
    """
    try:
        guard = _guard(arguments)
        config = settings.read()
        logs.configure(style=config.log_format, level=config.log_level, secrets=config.secrets)
        asyncio.run(app.serve(config, guard=guard))
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
    if arguments[:1] == [launcher.GUARDED]:
        return launcher.launched(arguments[1])
    if launcher.available():
        clients = settings.read().clients_dir
        launcher.launch(settings.environment(), settings=settings.names(), clients=clients)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
