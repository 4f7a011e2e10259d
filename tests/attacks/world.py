"""A world of its own for the attacks, in which everything that they look for answers.

A machine that builds has no cloud around it and often no way out: an attack over the network fails
there by itself and proves nothing. Here the addresses stand on a loopback of our own.
"""

import ctypes
import os
import socket
import struct
import tempfile
import threading
from pathlib import Path

from bot.guard import doors, hosts
from bot.guard.probes import network
from bot.guard.walls import namespaces, syscalls
from bot.ipc import channel

_RESOLVER = Path("/etc/resolv.conf")
_HOSTS = Path("/etc/hosts")
_BIND = 0x1000
_NEW_MOUNTS, _NEW_NETWORK = 0x00020000, 0x40000000
_ANSWER, _FOUND = 0x8180, 0xC00C
_IPV4 = 1


def enter() -> str:
    """Move this process there; returns why that cannot be, in a word, or nothing."""
    if os.geteuid() == 0:
        syscalls.call("unshare", ctypes.c_ulong(_NEW_MOUNTS | _NEW_NETWORK))
    elif missing := namespaces.enter():
        return ", ".join(f"{layer.value}: {why}" for layer, why in missing.items())
    namespaces.loopback_up()
    scratch = Path(tempfile.mkdtemp())
    namespaces.arrange(namespaces.View(scratch=scratch, scratch_mb=1))
    _named(scratch / "hosts")
    _listen()
    return ""


def _named(file: Path) -> None:
    """Give Slack a name; the file stays, since over one that is gone a run could mount no other."""
    file.write_text(f"127.0.0.1\tlocalhost\n{network.OUTSIDE[0]}\t{network.SLACK[0]}\n", "utf-8")
    file.chmod(0o644)
    at = (str(file).encode(), str(_HOSTS).encode())
    syscalls.call("mount", *at, None, ctypes.c_ulong(_BIND), None)


def _listen() -> None:
    """Take connections at every address; they stay open for as long as this process lives."""
    resolver = _resolver()
    at = {network.METADATA, network.OUTSIDE, network.NAME_SERVER, (resolver, 53)}
    ours, theirs = channel.pair()
    with ours, theirs:
        places = [hosts.Host(name=name, port=port) for name, port in sorted(at)]
        doors.open_(ours, (), extra=places)
        channel.receive(theirs)
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((resolver, 53))
    threading.Thread(target=_answer, args=(names,), daemon=True).start()


def _resolver() -> str:
    """Return the first name server that this machine is told of."""
    lines = [line.split() for line in _RESOLVER.read_text("utf-8").splitlines()]
    told = [words[1] for words in lines if words[:1] == ["nameserver"] and "." in words[1]]
    return told[0] if told else "127.0.0.1"


def _answer(names: socket.socket) -> None:
    """Say of every name that it is at one address (RFC 1035, 4.1)."""
    while True:
        asked, who = names.recvfrom(512)
        question = asked[12 : asked.index(b"\0", 12) + 5]
        (kind,) = struct.unpack_from(">H", question, len(question) - 4)
        found = struct.pack(">HHHIH4s", _FOUND, kind, 1, 60, 4, socket.inet_aton("192.0.2.1"))
        count = 1 if kind == _IPV4 else 0
        head = asked[:2] + struct.pack(">5H", _ANSWER, 1, count, 0, 0)
        names.sendto(head + question + (found if count else b""), who)
