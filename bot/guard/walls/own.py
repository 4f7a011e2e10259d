"""The bot's own walls: it reaches its code, its files and the network, and runs no program.

A sealed credential is written by the bot and opened for runs alone: among them the bot may make and
replace files, and neither read nor list any but the public keys that it seals to. Files are told
apart by the folder they lie in, and what may be read may be read all the way down, so that the
sealed folder must lie beside what the bot reads and not beneath it.
"""

import contextlib
import os
import ssl
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import errors
from bot.domain.walls import Attack
from bot.guard import probes
from bot.guard.walls import landlock, limits
from bot.sealed import places

_ROOT = Path(__file__).parents[3]
_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share", "/usr/local/lib"),
    # Whole, since what stands there is replaced while the bot runs: a resolv.conf above all.
    *("/etc", "/run/systemd/resolve", "/run/NetworkManager", "/run/resolvconf"),
    *("/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/sys"),
    *("/dev/urandom", "/dev/random", "/dev/zero"),
)
_NULL = Path("/dev/null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the bot keeps within reach, beside its code and the system's."""

    read: tuple[Path, ...]
    write: tuple[Path, ...]
    """Folders of its own, made where they are not there yet."""
    sealed: Path
    """Where the sealed credentials are."""
    is_chosen: bool = False
    """Whether somebody named that folder."""
    unread: tuple[Path, ...] = ()
    """Folders where files may be left and taken away, unread as well."""
    emptied: tuple[Path, ...] = ()
    """Folders that empty ones may be taken out of."""
    scoped: bool = True
    """Whether abstract sockets and processes of others are out of reach as well."""


def close(reach: Reach) -> int:
    """Restrict this process, for good, before its first thread; returns Landlock's version.

    0: this kernel has none. Raises ConfigurationError where the sealed folder cannot be one.
    """
    limits.private()
    for folder in reach.write:
        _make(folder)
    sealed = reach.sealed.resolve()
    read = (*reach.read, *_code(sealed), *map(Path, _SYSTEM))
    is_apart = apart(reach, (*read, *reach.write))
    if is_apart:
        places.make(sealed)
    rules = landlock.Rules(
        read=read,
        write=(*reach.write, *_public(sealed), _NULL),
        replace=(*reach.unread, *((sealed,) if is_apart else ())),
        emptied=reach.emptied,
        connect=None,
        scoped=reach.scoped,
    )
    try:
        return landlock.restrict(rules)
    except OSError:
        return 0


def apart(reach: Reach, open_: Sequence[Path]) -> bool:
    """Whether the sealed folder lies beside all that the bot reads; it is made where it is not
    there yet. One that nobody has named and that is not there holds nothing: False.

    Raises ConfigurationError for any other.
    """
    sealed = reach.sealed.resolve()
    within = [one for one in map(Path.resolve, open_) if _overlap(sealed, one)]
    if not within:
        _make(sealed)
        return True
    if reach.is_chosen or sealed.exists():
        raise errors.ConfigurationError(
            f"The bot reads {within[0]}, and so would read the sealed credentials in {sealed}. "
            "Name a folder beside it in REPORTOPS_CREDENTIALS_DIR, or give the database a folder "
            "of its own (REPORTOPS_DATABASE)."
        )
    return False


def tried(sealed: Path) -> Sequence[Attack]:
    """Attack from where one stands: is the folder sealed, and does no program run?

    A folder that is not there is not attacked.
    """
    program = probes.tried("the bot: run a program", _run)
    if not sealed.is_dir():
        return [program]
    mark = sealed / ".trial"
    with contextlib.suppress(OSError):
        mark.write_bytes(b"x")
    try:
        return [
            program,
            probes.tried("the bot: list the sealed credentials", lambda: _listed(sealed)),
            probes.tried("the bot: read a sealed credential", mark.read_bytes),
        ]
    finally:
        with contextlib.suppress(OSError):
            mark.unlink()


def _public(sealed: Path) -> Sequence[Path]:
    """Public keys, and which versions there are: the bot seals to the ones by the others."""
    return [sealed / name for name in places.PUBLIC]


def _listed(folder: Path) -> None:
    with os.scandir(folder):
        pass


def _run() -> None:
    program = [sys.executable, "-I", "-S", "-c", ""]
    os.waitpid(os.posix_spawn(program[0], program, {}), 0)


def _code(sealed: Path) -> Sequence[Path]:
    """Python, its packages and ours. Of a checkout its packages alone: it may hold much else."""
    trusted = ssl.get_default_verify_paths()
    roots = (trusted.cafile, trusted.capath, trusted.openssl_cafile, trusted.openssl_capath)
    prefixes = dict.fromkeys((sys.prefix, sys.base_prefix))
    found = [
        *(Path(prefix, name) for prefix in prefixes for name in ("lib", "lib64")),
        *(Path(one).resolve() for one in sys.path if one),
        *(Path(one) for one in roots if one),
    ]
    others = [one for one in found if one != _ROOT and not sealed.is_relative_to(one)]
    return (_ROOT / "bot", _ROOT / "handlers", *others)


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _make(folder: Path) -> None:
    """Whoever needs it says why it cannot be made."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
