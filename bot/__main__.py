"""The launcher: starts the guard before anything has read a secret, then becomes the bot."""

import sys

from bot import errors, settings
from bot.executors import own, sealing
from bot.guard import launcher
from bot.ipc.sealing import NOWHERE

_USAGE = 2


def main() -> int:
    """Never returns but for a setting that is wrong: 2."""
    try:
        config, environment = settings.read(), settings.environment()
        is_needed = launcher.available() or own.named(config)
        sealed = sealing.found(config) if is_needed else NOWHERE
        tokens = own.hand_over(own.opened(config, sealed))
        launcher.launch(
            environment,
            settings=settings.names(),
            clients=config.clients_dir,
            sealing=sealed,
            become=(launcher.BOT, *tokens),
        )
    except errors.ReportopsError as error:
        sys.stderr.write(f"{error}\n")
    return _USAGE


if __name__ == "__main__":
    sys.exit(main())
