"""Keeping house in the workspace, to order: members, sharing, archiving; with Slack's events."""

from bot.demo.slack import core, events, workspace
from bot.demo.slack.refusal import Impossible
from bot.demo.slack.shapes import Json


class House:
    """Changes channels the way their owners would; events go out in the background."""

    def __init__(self, at: core.Core, events_: events.Events) -> None:
        self._at = at
        self._events = events_

    def _channel(self, name: str) -> workspace.Channel:
        channel = self._at.space.channels.get(name)
        if channel is None:
            raise Impossible(f"no channel {name}")
        return channel

    def _changed(self, what: str, facts: Json) -> None:
        self._at.act(what, facts)
        self._at.changes.publish("channel_changed", {"what": what, **facts})

    def add_member(self, channel: str, user: str) -> None:
        """Somebody joins; the app hears of it if it is in the channel."""
        place, person = self._channel(channel), self._at.space.people.get(user)
        if person is None:
            raise Impossible(f"no person {user}")
        if person.single_channel_guest and any(
            user in other.members and not other.im_with and other.id != channel
            for other in self._at.space.channels.values()
        ):
            raise Impossible(f"{user} is a single-channel guest and has a channel")
        if person.team != self._at.space.team_id and person.team not in place.shared_with:
            raise Impossible(f"share {channel} with {person.team} first")
        place.members.add(user)
        self._changed("member_joined", {"channel": channel, "user": user})
        self._member("member_joined_channel", place, person=person)

    def remove_member(self, channel: str, user: str) -> None:
        """Somebody leaves; the app itself is told that it left."""
        place = self._channel(channel)
        place.members.discard(user)
        self._changed("member_left", {"channel": channel, "user": user})
        if user == self._at.space.bot_user:
            kind = "group_left" if place.private else "channel_left"
            self._events.emit({"type": kind, "channel": channel})
        elif user in self._at.space.people:
            self._member("member_left_channel", place, person=self._at.space.people[user])

    def _member(self, kind: str, place: workspace.Channel, *, person: workspace.Person) -> None:
        if not self._at.bot_in(place):
            return
        self._events.emit(
            {
                "type": kind,
                "user": person.id,
                "channel": place.id,
                "channel_type": "G" if place.private else "C",
                "team": person.team,
            }
        )

    def share(self, channel: str, team: str, *, pending: bool = False) -> None:
        """Share a channel with another workspace, or only invite it."""
        place = self._channel(channel)
        place.pending_shared = pending
        facts: Json = {"channel": channel, "team": team}
        if pending:
            self._changed("share_pending", facts)
            return
        place.shared_with = tuple(dict.fromkeys((*place.shared_with, team)))
        self._changed("shared", facts)
        if self._at.bot_in(place):
            self._events.emit(
                {"type": "channel_shared", "connected_team_id": team, "channel": channel}
            )

    def unshare(self, channel: str, team: str) -> None:
        """End the sharing; the other workspace's people are gone."""
        place = self._channel(channel)
        place.shared_with = tuple(one for one in place.shared_with if one != team)
        gone = {user for user in place.members if self._at.space.people[user].team == team}
        place.members -= gone
        self._changed("unshared", {"channel": channel, "team": team})
        if self._at.bot_in(place):
            self._events.emit(
                {
                    "type": "channel_unshared",
                    "previously_connected_team_id": team,
                    "channel": channel,
                    "is_ext_shared": bool(place.shared_with),
                }
            )

    def archive(self, channel: str, *, back: bool = False) -> None:
        """Archive a channel, or bring it back."""
        place = self._channel(channel)
        place.archived = not back
        prefix = "group" if place.private else "channel"
        self._changed("unarchived" if back else "archived", {"channel": channel})
        if self._at.bot_in(place):
            kind = f"{prefix}_{'unarchive' if back else 'archive'}"
            self._events.emit({"type": kind, "channel": channel})
