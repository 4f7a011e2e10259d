"""/report, and what is not one of our commands."""

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.operations import answers, facade, scope
from bot.slack.screens import plain
from handlers import deeds, desk, drawing, errors, payload, rotating


class Commands:
    """What people type."""

    def __init__(self, desk: desk.Desk) -> None:
        self._desk = desk

    async def report(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """`/report …`: what changes something is written down before it is acknowledged."""
        turn = payload.command(body)
        first = turn.text.split(maxsplit=1)[:1]
        if first and facade.changes(first[0]):
            await self._desk.act(ack, respond, turn, deed=deeds.REPORT)
            return

        async def ask(asker: scope.Asker) -> drawing.Shown | None:
            operations = self._desk.operations
            found = await operations.ask(asker, operations.read(asker, turn.text))
            if not isinstance(found, answers.Form):
                return found
            await self._desk.open(turn, rotating.modal(found, channel=turn.channel or ""))
            return None

        await self._desk.query(ack, respond, turn, via="command", ask=ask)

    async def unknown(self, ack: AsyncAck, body: payload.Body) -> None:
        """Another command than ours: the app's manifest names more than the bot knows."""
        name = payload.text(body, "command")
        await ack(text=plain.say(f"I do not answer to `{name}`; try `/report help`.").text)


async def missing(ack: AsyncAck, body: payload.Body) -> None:
    """A button or view that this version does not know any more: acknowledged, and logged."""
    errors.unknown(body)
    await ack()
