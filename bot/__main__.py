"""The launcher: starts the guard before anything has read a secret, then becomes the bot."""

import sys

from bot import errors, settings
from bot.guard import launcher

_USAGE = 2


def main() -> int:
    """Never returns but for a setting that is wrong: 2."""
    try:
        clients = settings.read().clients_dir
        launcher.launch(settings.environment(), settings=settings.names(), clients=clients)
    except errors.ReportopsError as error:
        sys.stderr.write(f"{error}\n")
    return _USAGE


if __name__ == "__main__":
    sys.exit(main())
