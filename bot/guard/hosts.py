"""The hosts that a run may reach, and where in its own network each of them stands; pure.

A name is mapped to an address of the loopback by the run's own hosts file; an address is given to
the run's loopback as it is. So an unmodified client, native ones included, asks for what it always
asks for and arrives at a socket that the broker accepts on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

HTTPS = 443
_FIRST = int(IPv4Address("127.9.0.1"))
_LONGEST = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One destination: a name, an address, or an ending such as ``*.example.com``."""

    name: str
    port: int = HTTPS

    @property
    def wild(self) -> bool:
        """Whether it stands for every name with its ending."""
        return self.name.startswith("*.")

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The address it is, where it is no name."""
        try:
            return ip_address(self.name)
        except ValueError:
            return None

    def covers(self, name: str, port: int) -> bool:
        """Whether a request for this name and port is meant."""
        if port != self.port:
            return False
        asked = name.rstrip(".").casefold()
        return asked.endswith(self.name[1:]) if self.wild else asked == self.name

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port == HTTPS else f"{name}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A socket to listen on in the run's own network, and what stands behind it."""

    host: Host
    address: str


def parse(text: str) -> Host:
    """Read ``name``, ``name:port``, ``10.0.0.5:5432`` or ``[fd00::5]:443``; raises ValueError."""
    name, port = text.strip(), HTTPS
    if name.startswith("["):
        name, _, rest = name[1:].partition("]")
        written = rest.removeprefix(":")
    elif name.count(":") == 1:
        name, _, written = name.partition(":")
    else:
        written = ""
    if written:
        port = int(written)
    name = name.rstrip(".").casefold()
    if not name or len(name) > _LONGEST or not 0 < port < 2**16:
        raise ValueError(f"“{text[:80]}” is not a host, or a host and a port")
    if any(letter.isspace() or not letter.isprintable() or letter in "/@#" for letter in name):
        raise ValueError(f"“{text[:80]}” holds a character that no host has")
    return Host(name=name, port=port)


def doors(allowed: Iterable[Host]) -> Sequence[Door]:
    """Return where each host stands, in a fixed order; one name has one address for all its ports.

    Endings have no door of their own: they are asked for at the proxy.
    """
    places: dict[str, str] = {}
    found: list[Door] = []
    for host in sorted(set(allowed), key=str):
        if host.wild:
            continue
        if host.address is None and host.name not in places:
            places[host.name] = str(IPv4Address(_FIRST + len(places)))
        found.append(Door(host=host, address=places.get(host.name, host.name)))
    return found


def file(found: Iterable[Door]) -> str:
    """Return the hosts file that leads to the doors (hosts(5))."""
    names: Mapping[str, str] = {
        one.host.name: one.address for one in found if one.host.address is None
    }
    lines = [f"{address}\t{name}" for name, address in names.items()]
    return "\n".join(["127.0.0.1\tlocalhost", *lines, ""])
