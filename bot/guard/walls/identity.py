"""From root to a user without privileges, and a way for that user to the code it must read."""

import grp
import os
import pwd
import stat
from collections.abc import Sequence
from pathlib import Path

from bot import errors
from bot.guard.walls import namespaces, syscalls

USERS = ("reportops-run", "nobody")
"""The first of them that this machine knows: make the first one where others use the second."""


def drop(readable: Sequence[Path]) -> pwd.struct_passwd | None:
    """Become an unprivileged user for good; returns which, or None where we are none to begin with.

    ``readable``: the folders it must still read, as far as they are there. One that lies beneath
    a folder which only root may pass, such as a Python in root's home, is bound into an empty
    stand-in for that folder, in a mount namespace of our own. Raises OSError where that is refused
    or no such user exists.
    """
    if os.geteuid() != 0:
        return None
    who = _user()
    there = [path for path in readable if path.exists()]
    closed = {path: gate for path in there if (gate := _gate(path)) is not None}
    if closed:
        namespaces.open_way(tuple(dict.fromkeys(closed.values())), tuple(closed))
    os.setgroups([])
    os.setresgid(who.pw_gid, who.pw_gid, who.pw_gid)
    os.setresuid(who.pw_uid, who.pw_uid, who.pw_uid)
    # A change of user makes a process dumpable again or not as /proc/sys/fs/suid_dumpable says.
    syscalls.control(namespaces.SET_DUMPABLE, 0)
    return who


def check(clients: Path) -> None:
    """See that the user whom runs become can read the clients' files, before anything starts.

    Where it can read none of them, raises ConfigurationError, which says how to let it. One client
    whose files are closed is that client's failure alone, and no folder at all is the catalog's.
    """
    if os.geteuid() != 0:
        return
    try:
        who = _user()
    except OSError as error:
        raise errors.ConfigurationError(f"{error}.") from None
    folders = sorted(path for path in clients.glob("*") if path.is_dir())
    if clients.is_dir() and not (_readable(clients.stat(), who) and _any(folders, who)):
        group = grp.getgrgid(who.pw_gid).gr_name
        raise errors.ConfigurationError(
            f"Runs never run as root: they become the user {who.pw_name}, who cannot read "
            f"{clients}. Let the group read the clients' files: chgrp -R {group} {clients} && "
            f"chmod -R g+rX {clients}. Or start the bot as the user who owns them."
        )


def _any(folders: Sequence[Path], who: pwd.struct_passwd) -> bool:
    return not folders or any(_readable(folder.stat(), who) for folder in folders)


def _readable(seen: os.stat_result, who: pwd.struct_passwd) -> bool:
    """Whether the user may read the file, or read and pass the folder."""
    wanted = 0o5 if stat.S_ISDIR(seen.st_mode) else 0o4
    if seen.st_uid == who.pw_uid:
        return seen.st_mode >> 6 & wanted == wanted
    if seen.st_gid == who.pw_gid:
        return seen.st_mode >> 3 & wanted == wanted
    return seen.st_mode & wanted == wanted


def _user() -> pwd.struct_passwd:
    for name in USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise OSError(f"no user of {' or '.join(USERS)} is on this machine; add one for the runs")


def _gate(path: Path) -> Path | None:
    """The first folder above it that others may not pass; None: the way is open."""
    for above in reversed(path.parents):
        if not above.stat().st_mode & stat.S_IXOTH:
            return above
    return None
