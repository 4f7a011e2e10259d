import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.demo.slack import refusal, server, workspace
from tests import localslack
from tests.localslack import dig

ACME, OPS = "C0ACMEREPORT", "C0REPORTOPS"


@pytest.fixture
def told(app: AsyncApp) -> list[tuple[object, object]]:
    """The type and the person or team of every event the app got."""
    seen: list[tuple[object, object]] = []

    async def note(event: dict[str, object]) -> None:
        seen.append((event["type"], event.get("user") or event.get("connected_team_id")))

    for kind in (
        "member_joined_channel",
        "member_left_channel",
        "channel_shared",
        "channel_unshared",
        "channel_archive",
        "group_left",
    ):
        localslack.listening(app).event(kind)(note)
    return seen


async def test_who_comes_and_goes_is_told(
    slack: server.LocalSlack, told: list[tuple[object, object]], web: localslack.Web
) -> None:
    slack.control.house.add_member(ACME, "U0GUEST")
    slack.control.house.remove_member(ACME, "U0GUEST")
    await slack.until(lambda: len([one for one in slack.control.envelopes() if one.acked]) == 2)
    assert told == [("member_joined_channel", "U0GUEST"), ("member_left_channel", "U0GUEST")]
    members = (await web.conversations_members(channel=ACME))["members"]
    assert "U0GUEST" not in members


async def test_outsiders_come_only_into_a_shared_channel(
    slack: server.LocalSlack, told: list[tuple[object, object]], web: localslack.Web
) -> None:
    with pytest.raises(refusal.Impossible):
        slack.control.house.add_member(ACME, "U0FOREIGN")
    slack.control.house.share(ACME, "T0ACMESAS", pending=True)
    pending = (await web.conversations_info(channel=ACME)).data
    slack.control.house.share(ACME, "T0ACMESAS")
    slack.control.house.add_member(ACME, "U0FOREIGN")
    await slack.until(lambda: len([one for one in slack.control.envelopes() if one.acked]) == 2)
    shared = (await web.conversations_info(channel=ACME)).data
    slack.control.house.unshare(ACME, "T0ACMESAS")
    assert dig(pending, "channel", "is_pending_ext_shared") is True
    assert dig(pending, "channel", "is_ext_shared") is False
    assert dig(shared, "channel", "is_ext_shared") is True
    assert dig(shared, "channel", "connected_team_ids", 1) == "T0ACMESAS"
    assert told[0] == ("channel_shared", "T0ACMESAS")
    assert "U0FOREIGN" not in slack.workspace.channels[ACME].members


async def test_the_app_is_told_that_it_was_removed(
    slack: server.LocalSlack, told: list[tuple[object, object]]
) -> None:
    slack.control.house.remove_member(OPS, "U0REPORTOPS")
    await slack.until(lambda: any(one.acked for one in slack.control.envelopes()))
    assert told == [("group_left", None)]


async def test_a_single_channel_guest_has_one_channel(slack: server.LocalSlack) -> None:
    slack.workspace.add_person(workspace.Person(id="U0ONE", name="one", single_channel_guest=True))
    slack.control.house.add_member(ACME, "U0ONE")
    with pytest.raises(refusal.Impossible):
        slack.control.house.add_member("C0PVCPREPORT", "U0ONE")


def test_nobody_from_outside_is_in_a_sample_channel() -> None:
    space = workspace.sample_workspace()
    for channel in space.channels.values():
        assert space.bot_user in channel.members
        assert not {"U0GUEST", "U0FOREIGN"} & channel.members
    assert space.channels[OPS].members == {"U0REPORTOPS", "U0CLAIRE", "U0TOM"}


async def test_channels_are_created_joined_and_archived(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    made = await web.conversations_create(name="bistro", is_private=True)
    assert dig(made.data, "channel", "is_member") is True
    name = str(dig(made.data, "channel", "id"))
    await web.conversations_invite(channel=name, users="U0TOM")
    await web.conversations_archive(channel=name)
    assert slack.workspace.channels[name].archived
    assert slack.workspace.channels[name].members == {"U0REPORTOPS", "U0TOM"}
