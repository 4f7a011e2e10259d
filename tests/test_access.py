"""Who may ask what: every kind of person against every operation."""

from dataclasses import replace
from itertools import product

import pytest

from bot import access
from bot.access import Kind, Operation, Reason
from bot.domain import ids, people
from tests import samples

ACME = samples.CLIENT
OWN = access.Place(channel=ACME.channel)
OTHER = access.Place(channel=ids.ChannelId("C0OTHER"))
OPS = access.Place(channel=ids.ChannelId("C0OPS"), ops=True)
DIRECT = access.Place(channel=ids.ChannelId("D0BOT"), direct=True)
SHELL = access.Place()
READERS = [Kind.MEMBER, Kind.GUEST, Kind.FOREIGN, Kind.UNKNOWN]


def _decide(
    kind: Kind, operation: Operation, place: access.Place, *, named: bool = True
) -> access.Decision:
    actor = access.Actor(who="U0SOMEBODY", kind=kind, place=place)
    return access.decide(actor, operation, client=ACME, named=named)


def _allowed(decision: access.Decision) -> bool:
    return isinstance(decision, access.Allowed)


@pytest.mark.parametrize(("kind", "operation"), list(product(READERS, Operation)))
def test_readers_see_their_own_channel_and_nothing_else(kind: Kind, operation: Operation) -> None:
    everywhere = operation in {Operation.MENU, Operation.HELP, Operation.WHOAMI}
    own = operation in {Operation.STATUS, Operation.WHY}
    assert _allowed(_decide(kind, operation, OWN)) is (everywhere or own)
    for place in (OTHER, OPS, DIRECT, SHELL):
        assert _allowed(_decide(kind, operation, place)) is everywhere


@pytest.mark.parametrize("operation", Operation)
def test_operators_may_ask_everything_but_what_is_the_shells(operation: Operation) -> None:
    own = {Operation.HEALTH, Operation.BACKUP, Operation.WAKE, Operation.REMOVE}
    shells = operation in own
    for place in (OPS, DIRECT):
        assert _allowed(_decide(Kind.OPERATOR, operation, place)) is not shells
    in_public = not shells and operation is not Operation.COST
    for place in (OWN, OTHER):
        assert _allowed(_decide(Kind.OPERATOR, operation, place)) is in_public


@pytest.mark.parametrize("operation", Operation)
def test_the_shell_may_ask_everything(operation: Operation) -> None:
    assert _allowed(_decide(Kind.SHELL, operation, SHELL))


@pytest.mark.parametrize(
    ("operation", "place"), list(product(Operation, [OWN, OTHER, OPS, DIRECT]))
)
def test_bots_may_ask_nothing(operation: Operation, place: access.Place) -> None:
    assert not _allowed(_decide(Kind.BOT, operation, place))


def test_costs_are_told_in_private_places_only() -> None:
    assert _decide(Kind.OPERATOR, Operation.COST, OWN) == access.Refused(reason=Reason.PLACE)
    assert _decide(Kind.MEMBER, Operation.COST, OPS) == access.Refused(reason=Reason.FORBIDDEN)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("operation", Operation)
def test_unknown_and_forbidden_answer_alike(kind: Kind, operation: Operation) -> None:
    actor = access.Actor(who="U0", kind=kind, place=OTHER)
    forbidden = access.decide(actor, operation, client=ACME, named=True)
    unknown = access.decide(actor, operation, client=None, named=True)
    assert forbidden == unknown


def test_operators_are_told_that_a_client_does_not_exist() -> None:
    actor = access.Actor(who="U0", kind=Kind.OPERATOR, place=OPS)
    decision = access.decide(actor, Operation.STATUS, client=None, named=True)
    assert decision == access.Refused(reason=Reason.UNKNOWN)


def test_a_reports_own_channel_is_its_clients_too() -> None:
    report = replace(samples.REPORT_SPEC, channel=ids.ChannelId("C0BOARD"))
    about = replace(ACME, reports={report.name: report})
    actor = access.Actor(
        who="U0", kind=Kind.GUEST, place=access.Place(channel=ids.ChannelId("C0BOARD"))
    )
    assert _allowed(access.decide(actor, Operation.STATUS, client=about))
    assert not _allowed(access.decide(actor, Operation.STATUS, client=ACME))


def test_why_is_for_those_who_stand_where_the_post_stands() -> None:
    actor = access.Actor(who="U0", kind=Kind.MEMBER, place=OPS)
    here = access.decide(actor, Operation.WHY, client=ACME, channel=OPS.channel)
    elsewhere = access.decide(actor, Operation.WHY, client=ACME, channel=ACME.channel)
    assert (_allowed(here), _allowed(elsewhere)) == (True, False)


def test_whom_slack_does_not_name_is_told_so_and_gets_nothing() -> None:
    for operation in (Operation.RETRY, Operation.STATUS):
        decision = _decide(Kind.UNKNOWN, operation, OPS)
        assert decision == access.Refused(reason=Reason.UNSURE)
    assert "try again" in access.SENTENCES[Reason.UNSURE]


def test_no_refusal_names_a_client() -> None:
    assert set(access.SENTENCES) == set(Reason)
    assert not any(ACME.name in sentence for sentence in access.SENTENCES.values())


PERSON = people.Person(
    user=ids.UserId("U0CLAIRE"),
    team_ok=True,
    guest=False,
    stranger=False,
    bot=False,
    deleted=False,
    ops_member=False,
)


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        (PERSON, Kind.MEMBER),
        (replace(PERSON, ops_member=True), Kind.OPERATOR),
        (replace(PERSON, ops_member=True, guest=True), Kind.GUEST),
        (replace(PERSON, ops_member=True, team_ok=False), Kind.FOREIGN),
        (replace(PERSON, stranger=True), Kind.FOREIGN),
        (replace(PERSON, bot=True, ops_member=True), Kind.BOT),
        (replace(PERSON, deleted=True, ops_member=True), Kind.BOT),
        (replace(PERSON, known=False, ops_member=True), Kind.UNKNOWN),
        (replace(PERSON, ops_known=False), Kind.UNKNOWN),
        (replace(PERSON, ops_known=False, guest=True), Kind.GUEST),
    ],
)
def test_a_person_is_what_slacks_facts_say(person: people.Person, kind: Kind) -> None:
    assert access.kind(person, named=()) is kind


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        (PERSON, Kind.OPERATOR),
        (replace(PERSON, ops_known=False), Kind.OPERATOR),
        (replace(PERSON, guest=True), Kind.GUEST),
        (replace(PERSON, team_ok=False), Kind.FOREIGN),
        (replace(PERSON, known=False), Kind.UNKNOWN),
    ],
)
def test_naming_somebody_makes_no_operator_of_a_guest(person: people.Person, kind: Kind) -> None:
    assert access.kind(person, named=("U0CLAIRE",)) is kind
