"""Which addresses may be dialled."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guard import hosts, policy

HOST = hosts.parse("db.example.com:5432")
NOTHING = policy.Private()
EVERYTHING = policy.read(["0.0.0.0/0", "::/0", "db.example.com:5432"])


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.2.3", "127.0.0.1", "192.168.0.9", "172.16.5.5", "100.64.0.1", "198.18.0.1"),
        *("::1", "fd12::1", "::ffff:10.1.2.3", "2002:0a01:0203::", "224.0.0.1"),
        *("fec0::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::a9fe:a9fe", "5f00::1"),
    ],
)
def test_the_inside_is_refused(address: str) -> None:
    assert policy.refusal(HOST, address, private=NOTHING)


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.1.1"),
        *("fd20:ce::254", "fd00:42::42", "64:ff9b::a9fe:a9fe"),
    ],
)
def test_a_clouds_own_settings_are_never_dialled(address: str) -> None:
    assert policy.refusal(HOST, address, private=EVERYTHING)


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "fd12::1"])
def test_the_operator_opens_the_inside_by_network_or_by_host(address: str) -> None:
    network = f"{ip_network(address)}"
    assert not policy.refusal(HOST, address, private=policy.read([network]))
    assert not policy.refusal(HOST, address, private=policy.read(["db.example.com:5432"]))
    assert policy.refusal(HOST, address, private=policy.read(["db.example.com:5433"]))
    assert policy.refusal(HOST, address, private=policy.read(["192.0.2.0/24"]))


@given(address=st.ip_addresses())
def test_without_the_operator_only_global_addresses(address: object) -> None:
    if not policy.refusal(HOST, str(address), private=NOTHING):
        assert ip_address(str(address)).is_global


@pytest.mark.parametrize("item", ["10.0.0.0/99", "a b", "10.0.0.1/8"])
def test_what_is_neither_is_named(item: str) -> None:
    with pytest.raises(ValueError, match=item.split("/", maxsplit=1)[0].split(maxsplit=1)[0]):
        policy.read([item])
