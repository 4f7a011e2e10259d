"""Which addresses may be dialled for a run; pure. Asked again for each address a name resolves to,
so that a name that is allowed cannot be pointed at the inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from bot.guard import hosts

Address = IPv4Address | IPv6Address
_NEVER = (
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
    ip_network("fd00:ec2::/32"),
    ip_network("fd20:ce::254/128"),
    ip_network("fd00:42::42/128"),
    ip_network("100.100.100.200/32"),
    ip_network("192.0.0.192/32"),
    ip_network("168.63.129.16/32"),
)
"""Where clouds keep the machine's own credentials and settings: never, whoever allows it."""

_TRANSLATED = ip_network("64:ff9b::/96")
"""IPv4 addresses as a NAT64 shows them (RFC 6052)."""
_GIVEN_OUT = ip_network("2000::/3")
"""All of IPv6 that machines of the internet have (IANA). What lies elsewhere is of the inside, such
as the site's own of old (fec0::/10) and the other ways to write an IPv4 address.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """What the operator opened of the inside, by ``REPORTOPS_EGRESS_PRIVATE``."""

    named: tuple[hosts.Host, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def allows(self, host: hosts.Host, address: Address) -> bool:
        """Whether this host may be dialled at this inside address."""
        named = any(one.covers(host.name, host.port) for one in self.named)
        within = any(
            address in network for network in self.networks if network.version == address.version
        )
        return named or within


def read(items: Sequence[str]) -> Private:
    """Read ``10.0.0.0/8`` and ``db.office:5432`` side by side; raises ValueError for neither."""
    named: list[hosts.Host] = []
    networks: list[IPv4Network | IPv6Network] = []
    for item in items:
        if "/" in item:
            try:
                networks.append(ip_network(item.strip()))
            except ValueError as error:
                raise ValueError(f"“{item[:80]}” is not a network: {error}") from None
        else:
            named.append(hosts.parse(item))
    return Private(named=tuple(named), networks=tuple(networks))


def refusal(host: hosts.Host, text: str, *, private: Private) -> str:
    """Return why this address is not dialled for this host, in a few words; empty: it is."""
    address = _plain(ip_address(text))
    if any(address in network for network in _NEVER if network.version == address.version):
        return "the address of a cloud's own settings"
    if address.is_multicast or address.is_unspecified:
        return "no address of one machine"
    if _is_outside(address) or private.allows(host, address):
        return ""
    return "an address of the inside; REPORTOPS_EGRESS_PRIVATE could allow it"


def is_inside(text: str) -> bool:
    """Whether an address is not of the open internet."""
    return not _is_outside(_plain(ip_address(text)))


def _is_outside(address: Address) -> bool:
    return address.is_global and (isinstance(address, IPv4Address) or address in _GIVEN_OUT)


def _plain(address: Address) -> Address:
    """An IPv4 address that came as an IPv6 one is judged as what it is."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) % 2**32)
    return address.ipv4_mapped or address.sixtofour or address
