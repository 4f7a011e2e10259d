"""What opens sealed credentials on this machine, as the settings and the environment say."""

from bot import settings
from bot.ipc.sealing import Sealing
from bot.sealed import master, places


def found(config: settings.Settings) -> Sealing:
    """Return where sealed credentials are and the master key, where somebody gave it.

    The folder is made where there is a key and no folder yet. Raises ConfigurationError where the
    key cannot be had from where it is said to be. An open file (``fd://3``) is read but once.
    """
    folder = config.credentials_dir.resolve()
    key = master.find(settings.environment(), folder=folder)
    if key is not None:
        places.make(folder)
    return Sealing(folder=str(folder), master=key)
