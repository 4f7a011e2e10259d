"""Starting the small programs: a fresh Python each, which inherits what it is given and no more."""

import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_BOOT = (
    "import sys; root, name, *rest = sys.argv[1:]; sys.path.append(root); "
    "from importlib import import_module; "
    "named = dict(one[2:].split('=', 1) for one in rest if one.startswith('--')); "
    "plain = [one for one in rest if not one.startswith('--')]; "
    "given = [int(one) if one.isdecimal() else one for one in plain]; "
    "import_module(f'bot.guard.{name}').main(*given, **named)"
)
PLAIN: Mapping[str, str] = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    # A library that starts threads as it is imported could not be forked safely.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # glibc sets 64 MiB of addresses aside for each thread, and a run's addresses are bounded.
    "MALLOC_ARENA_MAX": "2",
}
"""All that a program finds in its environment."""


def start(
    name: str,
    *arguments: str,
    files: Sequence[socket.socket],
    environment: Mapping[str, str] = PLAIN,
    **named: str,
) -> "subprocess.Popen[bytes]":
    """Start ``bot.guard.<name>``, whose ``main`` gets the arguments; of our descriptors it has
    ``files`` and stderr, so that what it says last is read where the bot is.
    """
    options = [f"--{option}={value}" for option, value in named.items()]
    return subprocess.Popen(  # noqa: S603 - our own program, with arguments of our own
        [sys.executable, "-I", "-B", "-c", _BOOT, str(_ROOT), name, *arguments, *options],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[one.fileno() for one in files],
        start_new_session=True,
        umask=0o077,
    )
