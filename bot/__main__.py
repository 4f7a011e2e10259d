"""The long-running process: settings → logs → app until a signal → exit code."""

import asyncio
import sys

import structlog

from bot import app, errors, logs, settings

_USAGE = 2
_INTERRUPTED = 130


def main() -> int:
    """Run the bot; return 0 after an orderly end, 1 after our own fault, 2 for a setting,
    130 where Ctrl-C ended a start that still waits for Slack.
    """
    try:
        config = settings.read()
        logs.configure(style=config.log_format, level=config.log_level, secrets=config.secrets)
        asyncio.run(app.serve(config))
    except errors.ReportopsError as error:
        sys.stderr.write(f"{error}\n")
        return _USAGE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception:  # noqa: BLE001 - the process's main: the log gets it, masked
        structlog.get_logger().exception("ended_by_fault")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
