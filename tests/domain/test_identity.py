"""Whose data it is: what counts as another, and what is merely told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import identity, ids
from bot.domain.report import Identity

ACME, GLOBEX = ids.ClientId("acme"), ids.ClientId("globex")
CLAIRE = ids.UserId("U0CLAIRE")
AT = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
OWN = Identity(
    source="web",
    name="Acme Shop",
    account="properties/1",
    domain="acme.com",
    currency="EUR",
    timezone="Europe/Paris",
    settings="ga4:1",
)
_WORDS = st.sampled_from(("", "a", "b"))
_IDENTITIES = st.builds(
    Identity, source=st.just("web"), name=_WORDS, account=_WORDS, settings=_WORDS
)


def _confirmed(what: Identity = OWN, client: ids.ClientId = ACME) -> identity.Confirmed:
    return identity.Confirmed(client=client, identity=what, by=CLAIRE, at=AT)


@pytest.mark.parametrize(
    "told",
    [
        {"name": "Acme Store"},
        {"domain": "acme.fr"},
        {"currency": "USD"},
        {"timezone": "UTC"},
    ],
)
def test_what_is_merely_told_may_change(told: dict[str, str]) -> None:
    assert not identity.doubts(ACME, [replace(OWN, **told)], confirmed=[_confirmed()])


@pytest.mark.parametrize("other", [{"account": "properties/2"}, {"settings": "ga4:2"}])
def test_another_id_is_another(other: dict[str, str]) -> None:
    now = replace(OWN, **other)
    (doubt,) = identity.doubts(ACME, [now], confirmed=[_confirmed()])
    assert (doubt.now, doubt.was) == (now, _confirmed())


def test_a_source_that_learns_to_tell_is_the_same_and_one_that_forgets_is_not() -> None:
    mute = replace(OWN, account="", name="")
    assert identity.is_same(OWN, mute)
    assert not identity.is_same(mute, OWN)


def test_what_was_confirmed_of_others_helps_nobody() -> None:
    (doubt,) = identity.doubts(ACME, [OWN], confirmed=[_confirmed(client=GLOBEX)])
    assert doubt.was is None
    assert not identity.doubts(ACME, [OWN], confirmed=[_confirmed(), _confirmed(client=GLOBEX)])


def test_an_account_under_two_names_is_said_and_declared_sharing_is_not() -> None:
    elsewhere = replace(OWN, settings="http_json:ga.example")
    known = [_confirmed(elsewhere, GLOBEX), _confirmed(OWN, ids.ClientId("pvcp"))]
    (doubt,) = identity.doubts(ACME, [OWN], confirmed=known)
    assert doubt.others == (GLOBEX,)
    mute = replace(OWN, account="")
    (doubt,) = identity.doubts(ACME, [mute], confirmed=[_confirmed(replace(mute, settings="x"))])
    assert doubt.others == ()


def test_files_of_the_own_folder_are_in_no_doubt() -> None:
    assert not identity.doubts(ACME, [replace(OWN, settings="")], confirmed=[])


@given(now=_IDENTITIES, was=_IDENTITIES)
def test_only_what_was_confirmed_passes(now: Identity, was: Identity) -> None:
    passes = not identity.doubts(ACME, [now], confirmed=[_confirmed(was)])
    is_own = not now.settings
    told = was.account in {"", now.account}
    assert passes == (is_own or (now.settings == was.settings and told))


@given(seen=st.lists(_IDENTITIES, max_size=3), other=st.lists(_IDENTITIES, max_size=3))
def test_a_button_stands_for_what_it_showed(seen: list[Identity], other: list[Identity]) -> None:
    def shown(some: list[Identity]) -> list[tuple[str, ...]]:
        return sorted((one.source, one.settings, one.account, one.name) for one in some)

    same = shown(seen) == shown(other)
    assert (identity.stamp(seen) == identity.stamp(other)) == same
