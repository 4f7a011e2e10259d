"""Who people are and who may read a channel, asked of Slack, cached, refreshed by events.

Whatever Slack will not say is answered in the way that grants least: unknown people are nobody,
unknown audiences count as outside (Settled 14).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Generic, TypeVar

import structlog

from bot import clock
from bot.domain import ids, people
from bot.slack import web

KEEP = 300.0
"""Seconds an answer is trusted without an event."""
_KEEP_UNKNOWN = 5.0
_PAGE = 200
_MOST_MEMBERS = 2_000
"""In a larger channel nobody can be sure who reads along."""

_LISTED, _SURVEYED = 999, 5
"""Channels on a page of the app's own, and pages that are read."""

T = TypeVar("T")

log = structlog.get_logger()


class _Cache(Generic[T]):
    """Answers by id, each until its time."""

    def __init__(self, time: clock.Clock) -> None:
        self._time = time
        self._kept: dict[str, tuple[float, T]] = {}

    def get(self, name: str) -> T | None:
        """The answer, while it is fresh."""
        until, value = self._kept.get(name, (0.0, None))
        return value if self._time.monotonic() < until else None

    def put(self, name: str, value: T, *, seconds: float) -> T:
        """Keep an answer for so long."""
        self._kept[name] = (self._time.monotonic() + seconds, value)
        return value

    def forget(self, name: str | None = None) -> None:
        """Drop one answer, or all."""
        if name is None:
            self._kept.clear()
        else:
            self._kept.pop(name, None)


class People:
    """Answers about one workspace. ``team`` is auth.test's, the one the app is installed in."""

    def __init__(
        self, slack: web.Web, *, team: str, ops_channel: str | None, time: clock.Clock
    ) -> None:
        self._slack = slack
        self._team = team
        self._ops = ops_channel
        self._people: _Cache[people.Person] = _Cache(time)
        self._rooms: _Cache[web.Json] = _Cache(time)
        self._members: _Cache[frozenset[str]] = _Cache(time)
        self._audiences: _Cache[people.AudienceFacts] = _Cache(time)

    async def person(self, user: ids.UserId, *, team: str | None = None) -> people.Person:
        """Who somebody is. ``team`` is what the payload said of them; another than ours makes
        them foreign whatever users.info says.
        """
        found = await self._person(user)
        if team and team != self._team and found.team_ok and not found.guest:
            found = replace(found, team_ok=await self._same_grid(user, team))
        member = await self._in_ops(user) if self._may_be_trusted(found) else False
        return replace(found, ops_member=bool(member), ops_known=member is not None)

    async def audience(self, channel: ids.ChannelId) -> people.AudienceFacts:
        """Who may read a channel, with a fingerprint of the outside people among them."""
        kept = self._audiences.get(channel)
        if kept is not None:
            return kept
        found = await self._audience(channel)
        return self._audiences.put(channel, found, seconds=KEEP if found.known else _KEEP_UNKNOWN)

    async def ops_channel_fit(self) -> bool:
        """Whether the ops channel is private and unshared, so that its members are operators."""
        if self._ops is None:
            return False
        room = await self._room(self._ops)
        return bool(room) and bool(room.get("is_private")) and not _shared(room)

    def channel_changed(self, channel: str) -> None:
        """An event said something about a channel or its members."""
        for cache in (self._rooms, self._members, self._audiences):
            cache.forget(channel)

    def person_changed(self, user: str) -> None:
        """An event said something about a person; what they may read may be judged anew."""
        self._people.forget(user)
        self._audiences.forget()

    def channel_renamed(self, old: str, new: str) -> None:
        """Sharing may give a channel another id (channel_id_changed)."""
        self.channel_changed(old)
        self.channel_changed(new)
        if self._ops == old:
            self._ops = new

    async def _person(self, user: str) -> people.Person:
        kept = self._people.get(user)
        if kept is not None:
            return kept
        answer = await self._slack.read("users.info", user=user)
        if not answer.ok:
            log.warning("person_unknown", user=user, error=answer.error)
            return self._people.put(user, _nobody(user), seconds=_KEEP_UNKNOWN)
        return self._people.put(user, self._read(user, answer.part("user")), seconds=KEEP)

    def _read(self, user: str, told: web.Json) -> people.Person:
        return people.Person(
            user=ids.UserId(user),
            team_ok=self._team == told.get("team_id") or self._team in _grid(told),
            guest=bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
            stranger=bool(told.get("is_stranger")),
            bot=bool(told.get("is_bot")) or user == "USLACKBOT",
            deleted=bool(told.get("deleted")),
            ops_member=False,
        )

    async def _same_grid(self, user: str, team: str) -> bool:
        """On Enterprise Grid the payload may name a sister workspace of ours."""
        answer = await self._slack.read("users.info", user=user)
        return answer.ok and {team, self._team} <= set(_grid(answer.part("user")))

    def _may_be_trusted(self, found: people.Person) -> bool:
        odd = found.guest or found.stranger or found.bot or found.deleted
        return found.known and found.team_ok and not odd

    async def _in_ops(self, user: str) -> bool | None:
        """Whether they are in the ops channel while that is fit; None where Slack does not say."""
        if self._ops is None:
            return False
        if not await self._room(self._ops):
            return None
        if not await self.ops_channel_fit():
            return False
        members = await self._in(self._ops)
        return None if members is None else user in members

    async def _room(self, channel: str) -> web.Json:
        kept = self._rooms.get(channel)
        if kept is not None:
            return kept
        if self._slack.limits.wait("conversations.info") > 0:
            await self._survey()
            if (found := self._rooms.get(channel)) is not None:
                return found
        answer = await self._slack.read("conversations.info", channel=channel)
        if not answer.ok:
            log.warning("channel_unknown", channel=channel, error=answer.error)
            return self._rooms.put(channel, {}, seconds=_KEEP_UNKNOWN)
        return self._rooms.put(channel, answer.part("channel"), seconds=KEEP)

    async def _survey(self) -> None:
        """Look at all the app's channels in a call or two, where many are asked for at once. Of
        shared ones the list does not say with whom: those are looked up one by one.
        """
        cursor = ""
        for _ in range(_SURVEYED):
            answer = await self._slack.peek(
                "users.conversations",
                types="public_channel,private_channel",
                limit=_LISTED,
                cursor=cursor or None,
            )
            for room in answer.parts("channels"):
                if not _shared(room):
                    self._rooms.put(str(room.get("id", "")), room, seconds=KEEP)
            cursor = answer.cursor
            if not cursor:
                return

    async def _in(self, channel: str) -> frozenset[str] | None:
        """The members of a channel; None where Slack does not say, or they are too many."""
        kept = self._members.get(channel)
        if kept is not None:
            return kept
        found: set[str] = set()
        cursor = ""
        while len(found) < _MOST_MEMBERS:
            answer = await self._slack.read(
                "conversations.members", channel=channel, limit=_PAGE, cursor=cursor or None
            )
            if not answer.ok:
                log.warning("members_unknown", channel=channel, error=answer.error)
                return None
            found.update(web.as_texts(answer.data.get("members")))
            cursor = answer.cursor
            if not cursor:
                return self._members.put(channel, frozenset(found), seconds=KEEP)
        return None

    async def _audience(self, channel: str) -> people.AudienceFacts:
        room = await self._room(channel)
        members = await self._in(channel) if room else None
        if not room or members is None:
            return people.AudienceFacts(outside=True, known=False, fingerprint="")
        everybody = [await self._person(user) for user in sorted(members)]
        if not all(one.known for one in everybody):
            return people.AudienceFacts(outside=True, known=False, fingerprint="")
        outside = [one for one in everybody if not one.deleted and _outside(one)]
        named = [*_teams(room, self._team), *(one.user for one in outside if one.guest)]
        if any(not one.team_ok for one in outside) or _shared(room):
            named.append("shared")
        return people.AudienceFacts(
            outside=bool(outside) or _shared(room),
            known=True,
            fingerprint=_fingerprint(named),
            outside_people=len(outside),
        )


def _nobody(user: str) -> people.Person:
    return people.Person(
        user=ids.UserId(user),
        team_ok=False,
        guest=True,
        stranger=True,
        bot=False,
        deleted=False,
        ops_member=False,
        known=False,
    )


def _grid(told: web.Json) -> list[str]:
    """The workspaces of an Enterprise Grid that somebody belongs to."""
    return web.as_texts(web.as_object(told.get("enterprise_user")).get("teams"))


def _outside(one: people.Person) -> bool:
    return one.guest or one.stranger or not one.team_ok


def _shared(room: web.Json) -> bool:
    return any(bool(room.get(key)) for key in ("is_ext_shared", "is_pending_ext_shared"))


def _teams(room: web.Json, own: str) -> Iterator[str]:
    """The other workspaces that are in a channel or invited to it."""
    for key in ("shared_team_ids", "connected_team_ids", "pending_connected_team_ids"):
        yield from (one for one in web.as_texts(room.get(key)) if one != own)


def _fingerprint(named: list[str]) -> str:
    """Name the set: a new workspace or guest changes it, another person of a known one does not."""
    if not named:
        return ""
    return hashlib.sha256(" ".join(sorted(set(named))).encode()).hexdigest()[:16]
