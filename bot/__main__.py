"""The long-running process: settings → logs → app until a signal → exit code."""

import asyncio
import sys

import structlog

from bot import app, errors, logs, settings

_USAGE = 2


def main() -> int:
    """Run the bot; return 0 after an orderly end, 1 after our own fault, 2 for a setting."""
    try:
        config = settings.read()
        secrets = (config.slack_bot_token, config.slack_app_token, config.anthropic_api_key)
        logs.configure(
            style=config.log_format,
            level=config.log_level,
            secrets=[one.get_secret_value() for one in secrets if one is not None],
        )
        asyncio.run(app.serve(config))
    except errors.ReportopsError as error:
        sys.stderr.write(f"{error}\n")
        return _USAGE
    except Exception:  # noqa: BLE001 - the process's main: the log gets it, masked
        structlog.get_logger().exception("ended_by_fault")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
