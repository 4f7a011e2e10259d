"""Which hosts, at which doors."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guard import hosts

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,8}){1,3}", fullmatch=True)
HOSTS = st.builds(hosts.Host, name=NAMES, port=st.integers(1, 65535))


@pytest.mark.parametrize(
    ("text", "name", "port"),
    [
        ("Bigquery.Googleapis.com", "bigquery.googleapis.com", 443),
        ("db.office.:5432", "db.office", 5432),
        ("10.0.0.5:5432", "10.0.0.5", 5432),
        ("[fd00::5]:444", "fd00::5", 444),
        ("*.snowflakecomputing.com", "*.snowflakecomputing.com", 443),
    ],
)
def test_reads_hosts(text: str, name: str, port: int) -> None:
    assert hosts.parse(text) == hosts.Host(name=name, port=port)


@pytest.mark.parametrize(
    "text", ["", ":443", "a b", "a.example\n127.0.0.1 evil", "a/b", "u@a.example", "a:0", "a:65536"]
)
def test_refuses_what_is_no_host(text: str) -> None:
    with pytest.raises(ValueError, match=r"host|invalid literal"):
        hosts.parse(text)


@given(one=HOSTS)
def test_what_is_written_is_read(one: hosts.Host) -> None:
    assert hosts.parse(str(one)) == one


@given(allowed=st.lists(HOSTS, max_size=40))
def test_each_door_is_of_one_host_and_the_file_leads_there(allowed: list[hosts.Host]) -> None:
    found = hosts.doors(allowed)
    places = [(one.address, one.host.port) for one in found]
    assert len(set(places)) == len(places) == len(set(allowed))
    assert all(ip_address(one.address).is_loopback for one in found)
    split = [line.split("\t") for line in hosts.file(found).splitlines()]
    lines = {name: address for address, name in split}
    assert {name: lines[name] for name in (one.host.name for one in found)} == {
        one.host.name: one.address for one in found
    }


def test_an_ending_covers_what_ends_so_and_not_itself() -> None:
    ending = hosts.parse("*.example.com")
    assert ending.covers("A.b.example.com", 443)
    assert not ending.covers("example.com", 443)
    assert not ending.covers("badexample.com", 443)
    assert not ending.covers("a.example.com", 80)
    assert hosts.doors([ending]) == []


def test_an_address_has_its_door_at_itself() -> None:
    assert [one.address for one in hosts.doors([hosts.parse("10.0.0.5:5432")])] == ["10.0.0.5"]
