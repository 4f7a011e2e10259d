"""Opens the page where there is a screen, and nowhere else."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Mapping


def there(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a browser of the one at the terminal can show itself: a graphical session here, or
    one that was forwarded; a Mac or Windows that is not reached over SSH.
    """
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return True
    remote = any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    return platform in {"darwin", "win32"} and not remote


async def show(address: str) -> bool:
    """Open an address where there is a screen; return whether a browser took it."""
    if not there(os.environ, sys.platform):  # noqa: TID251 - the screen is the machine's
        return False
    try:
        return await asyncio.to_thread(webbrowser.open, address)
    except webbrowser.Error:
        return False
