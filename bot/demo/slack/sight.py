"""What people have before them: channels, messages, modals, home tabs; and what they put in there
before they send it off. Raises Impossible for what somebody does not see.
"""

from bot.demo.slack import core, records, rooms, screen, shapes, views, workspace
from bot.demo.slack.refusal import Impossible
from bot.demo.slack.shapes import Json

_Place = tuple[str, str]
"""A person, and the ts of a message or the id of a view."""


class Sight:
    """Everybody's eyes. ``where`` is a message's ts or a view's id."""

    def __init__(self, at: core.Core) -> None:
        self._at = at
        self._touched: dict[_Place, screen.State] = {}
        self._offered: dict[_Place, dict[tuple[str, str], list[Json]]] = {}

    def channel(self, user: str, channel: str) -> workspace.Channel:
        """A channel that somebody is in; their direct message with the app is opened."""
        if user in self._at.space.people and channel == "D" + user[1:]:
            return self._at.space.direct(user)
        place = self._at.space.channels.get(channel)
        if place is None or user not in self._at.space.people:
            raise Impossible(f"no channel {channel} or no person {user}")
        if user not in place.members:
            raise Impossible(f"{user} is not in {channel} ({rooms.kind(place)})")
        return place

    def message(self, user: str, ts: str) -> records.Message:
        """A message that somebody sees."""
        message = self._at.space.messages.find(ts)
        if message is None or message.only_for not in {"", user}:
            raise Impossible(f"{user} sees no message {ts}")
        self.channel(user, message.channel)
        return message

    def view(self, name: str) -> records.View | None:
        """A modal or home tab by its id, whoever has it open."""
        homes = {home.id: home for home in self._at.space.homes.values()}
        return self._at.space.views.get(name) or homes.get(name)

    def modal(self, user: str, name: str) -> records.View:
        """The modal on top, or the named one."""
        opened = [view for view in views.stack(self._at, user) if name in {"", view.id}]
        if not opened:
            raise Impossible(f"{user} has no such modal open")
        return opened[-1]

    def blocks(self, user: str, where: str) -> list[Json]:
        """The blocks of a message or view; an external select's options are those last offered."""
        view = self.view(where)
        if view is None:
            found = self.message(user, where).blocks
        elif view.user != user or view.closed:
            raise Impossible(f"{user} does not have {where} open")
        else:
            found = views.blocks_of(view)
        offered = self._offered.get((user, where), {})
        found = shapes.objects(shapes.parse(shapes.dump(found))) if offered else found
        for one in screen.elements_of(found):
            if (one.block_id, one.action_id) in offered:
                one.element["options"] = offered[one.block_id, one.action_id]
        return found

    def find(
        self, user: str, where: str, *, action: str, value: str | None = None
    ) -> screen.Element:
        """The one element that is meant; see ``screen.find``."""
        return screen.find(self.blocks(user, where), action, value=value)

    def offer(self, user: str, where: str, *, one: screen.Element, options: list[Json]) -> None:
        """An external select shows these from now on; what is chosen already stays known."""
        kept = self._offered.setdefault((user, where), {})
        held = self._touched.get((user, where), {}).get(one.block_id, {}).get(one.action_id, {})
        picked = [*shapes.items(held.get("selected_options")), held.get("selected_option")]
        kept[one.block_id, one.action_id] = [
            *options,
            *(known for known in shapes.objects(picked) if known not in options),
        ]

    def touch(self, user: str, where: str, *, one: screen.Element, value: object) -> None:
        """Somebody put something in."""
        state = self._touched.setdefault((user, where), {})
        state.setdefault(one.block_id, {})[one.action_id] = screen.chosen(one, value)

    def state(self, user: str, where: str) -> screen.State:
        """What the inputs of a message or view hold."""
        state = screen.initial(self.blocks(user, where))
        for block, inner in self._touched.get((user, where), {}).items():
            known = state.get(block, {})
            known.update({name: held for name, held in inner.items() if name in known})
        return state
