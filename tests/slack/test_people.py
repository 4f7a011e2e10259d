"""Who people are, who reads a channel, and what is granted when Slack does not say."""

from datetime import timedelta

import pytest

from bot import access, clock
from bot.demo.slack import server, workspace
from bot.domain import ids
from bot.slack import people, web
from tests import samples

OPS = ids.ChannelId("C0REPORTOPS")
ACME = ids.ChannelId("C0ACMEREPORT")
CLAIRE = ids.UserId("U0CLAIRE")
MALIK = ids.UserId("U0MALIK")
GUEST = ids.UserId("U0GUEST")
FOREIGN = ids.UserId("U0FOREIGN")


@pytest.fixture
def time() -> clock.HeldClock:
    """A clock that the tests move."""
    return clock.HeldClock(samples.AS_OF)


@pytest.fixture
def known(slack: server.LocalSlack, bot_web: web.Web, time: clock.HeldClock) -> people.People:
    """The people of the sample workspace."""
    return people.People(bot_web, team=slack.workspace.team_id, ops_channel=OPS, time=time)


async def test_a_member_of_the_private_ops_channel_is_one(known: people.People) -> None:
    assert (await known.person(CLAIRE)).ops_member
    assert not (await known.person(MALIK)).ops_member


async def test_bots_guests_strangers_and_deleted_people_never_are(
    slack: server.LocalSlack, known: people.People
) -> None:
    robot = ids.UserId(slack.workspace.bot_user)
    slack.workspace.channels[OPS].members |= {GUEST, FOREIGN}
    slack.workspace.people[CLAIRE].deleted = True
    for user in (robot, GUEST, FOREIGN, CLAIRE):
        assert not (await known.person(user)).ops_member
    assert (await known.person(GUEST)).guest
    assert not (await known.person(FOREIGN)).team_ok
    assert (await known.person(robot)).bot


@pytest.mark.parametrize("opened", ["public", "shared", "pending"])
async def test_an_ops_channel_that_others_can_enter_grants_nothing(
    slack: server.LocalSlack, known: people.People, opened: str
) -> None:
    room = slack.workspace.channels[OPS]
    room.private = opened != "public"
    room.shared_with = ("T0OTHER",) if opened == "shared" else ()
    room.pending_shared = opened == "pending"
    assert not await known.ops_channel_fit()
    assert not (await known.person(CLAIRE)).ops_member


async def test_what_slack_will_not_say_grants_nothing(
    slack: server.LocalSlack, known: people.People
) -> None:
    slack.faults.add("refused", "users.info", value="user_not_found", times=None)
    nobody = await known.person(CLAIRE)
    assert not nobody.known
    assert not nobody.team_ok
    assert not nobody.ops_member
    facts = await known.audience(ACME)
    assert (facts.outside, facts.known) == (True, False)


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members"])
async def test_an_unreadable_ops_channel_grants_nothing(
    slack: server.LocalSlack, known: people.People, method: str
) -> None:
    slack.faults.add("refused", method, value="missing_scope", times=None)
    claire = await known.person(CLAIRE)
    assert (claire.ops_member, claire.ops_known) == (False, False)
    assert access.kind(claire, named=()) is access.Kind.UNKNOWN
    facts = await known.audience(ACME)
    assert (facts.outside, facts.known) == (True, False)


async def test_a_payload_of_another_workspace_makes_its_person_foreign(
    known: people.People,
) -> None:
    assert (await known.person(CLAIRE, team="T0NORTHWIND")).ops_member
    assert not (await known.person(CLAIRE, team="T0ACMESAS")).ops_member


async def test_without_an_ops_channel_nobody_is_a_member(
    slack: server.LocalSlack, bot_web: web.Web, time: clock.HeldClock
) -> None:
    alone = people.People(bot_web, team=slack.workspace.team_id, ops_channel=None, time=time)
    assert not (await alone.person(CLAIRE)).ops_member
    assert not await alone.ops_channel_fit()


async def test_an_audience_of_colleagues_is_not_outside(known: people.People) -> None:
    facts = await known.audience(ACME)
    assert (facts.outside, facts.known, facts.fingerprint) == (False, True, "")


async def test_a_guest_makes_an_audience_outside_and_each_one_another_fingerprint(
    slack: server.LocalSlack, known: people.People
) -> None:
    slack.control.house.add_member(ACME, GUEST)
    known.channel_changed(ACME)
    first = await known.audience(ACME)
    slack.workspace.add_person(workspace.Person(id="U0SECOND", name="second", guest=True))
    slack.control.house.add_member(ACME, "U0SECOND")
    known.channel_changed(ACME)
    second = await known.audience(ACME)
    assert first.outside
    assert first.fingerprint
    assert first.fingerprint != second.fingerprint
    assert second.outside_people == 2


async def test_another_person_of_a_known_workspace_changes_no_fingerprint(
    slack: server.LocalSlack, known: people.People
) -> None:
    slack.control.house.share(ACME, "T0ACMESAS")
    known.channel_changed(ACME)
    before = await known.audience(ACME)
    slack.control.house.add_member(ACME, FOREIGN)
    known.channel_changed(ACME)
    after = await known.audience(ACME)
    assert before.outside
    assert before.fingerprint == after.fingerprint


async def test_answers_are_kept_until_an_event_or_their_time(
    slack: server.LocalSlack, known: people.People, time: clock.HeldClock
) -> None:
    await known.person(CLAIRE)
    await known.audience(ACME)
    calls = len(slack.control.journal())
    await known.person(CLAIRE)
    await known.audience(ACME)
    assert len(slack.control.journal()) == calls
    slack.workspace.people[CLAIRE].guest = True
    known.person_changed(CLAIRE)
    assert (await known.person(CLAIRE)).guest
    assert (await known.audience(ACME)).outside
    slack.workspace.people[CLAIRE].guest = False
    time.advance(timedelta(seconds=people.KEEP + 1))
    assert not (await known.person(CLAIRE)).guest


async def test_an_ops_channel_that_gets_another_id_is_followed(
    slack: server.LocalSlack, known: people.People
) -> None:
    assert (await known.person(CLAIRE)).ops_member
    room = slack.workspace.channels.pop(OPS)
    room.id = "C0MOVED"
    slack.workspace.channels["C0MOVED"] = room
    known.channel_renamed(OPS, "C0MOVED")
    assert (await known.person(CLAIRE)).ops_member


async def test_where_many_channels_are_asked_for_one_list_tells_of_all(
    slack: server.LocalSlack, known: people.People, bot_web: web.Web
) -> None:
    bot_web.limits.hold("conversations.info", 30)
    for channel in (ACME, ids.ChannelId("C0PVCPREPORT"), ids.ChannelId("C0XYZREPORT")):
        facts = await known.audience(channel)
        assert (facts.known, facts.outside) == (True, False)
    assert slack.control.journal("conversations.info") == []
    assert len(slack.control.journal("users.conversations")) == 1
