"""The run's side of its way out: sockets in its own network that the broker listens on."""

import contextlib
import fcntl
import socket
import struct
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from bot.guard import hosts
from bot.ipc import channel

_SET_ADDRESS = 0x8916
_LOOPBACK = 1
"""Its number, the first in every network."""
_BACKLOG = 64


def open_(
    broker: socket.socket, found: Sequence[hosts.Door], *, extra: Sequence[hosts.Host]
) -> None:
    """Listen at each door, then at the extra addresses, and hand the sockets over, in that order.

    In a network namespace of one's own, before its powers are given up. Raises OSError.
    """
    places = [(one.address, one.host.port) for one in found]
    places += [(one.name, one.port) for one in extra]
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(_listening(*place)) for place in places]
        files = [one.fileno() for one in made]
        channel.send(broker, {"listening": len(files)}, files=files)


def _listening(address: str, port: int) -> socket.socket:
    found = ip_address(address)
    family = socket.AF_INET if found.version == 4 else socket.AF_INET6  # noqa: PLR2004
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if not found.is_loopback:
            _own(found)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _own(address: IPv4Address | IPv6Address) -> None:
    """Give the loopback an address of the outside, in our own network (netdevice(7), ipv6(7)).

    One that it has already, for another port, stays.
    """
    if isinstance(address, IPv4Address):
        family = socket.AF_INET
        alias = f"lo:{int(address) % 0xFFFFFF:x}".encode()
        wanted = struct.pack("16sHH4s8x", alias, family, 0, address.packed)
    else:
        family = socket.AF_INET6
        wanted = struct.pack("=16sIi", address.packed, 128, _LOOPBACK)
    with (
        socket.socket(family, socket.SOCK_DGRAM) as any_socket,
        contextlib.suppress(FileExistsError),
    ):
        fcntl.ioctl(any_socket, _SET_ADDRESS, wanted)
