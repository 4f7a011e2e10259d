"""Credentials that are replaced. What is entered goes from the modal straight to where it is
sealed: it is in no deed, in no turn, and in nothing that is kept or sent back.
"""

import asyncio
from collections.abc import Mapping

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot import errors as errors_
from bot.domain import ids as identifiers
from bot.domain import rotation
from bot.operations import answers, entering, scope
from bot.slack import ids
from bot.slack.screens import rotate
from handlers import desk, errors, payload

_SHOWN = 0.5
"""Seconds until Slack shows what acknowledged a modal: what is put in its place sooner is lost."""


class Rotations:
    """The buttons and modals of a rotation."""

    def __init__(self, desk: desk.Desk) -> None:
        self._desk = desk
        self._credentials = desk.operations.credentials

    async def card(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Rotate credential, on a failure card."""
        turn = payload.press(body)

        async def ask(asker: scope.Asker) -> None:
            await self.open(turn, await self._credentials.of_card(asker, turn.value))

        await self._desk.query(ack, respond, turn, via="button", ask=ask)

    async def menu(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Rotate…, on a client's status."""
        turn = payload.press(body)

        async def ask(asker: scope.Asker) -> None:
            await self.open(turn, await self._credentials.form(asker, turn.value.split()))

        await self._desk.query(ack, respond, turn, via="button", ask=ask)

    async def open(self, turn: payload.Turn, asked: answers.Form) -> None:
        """Open the modal that asks for a credential, or says what to do instead."""
        await self._desk.open(turn, modal(asked, channel=turn.channel or ""))

    async def entered(self, ack: AsyncAck, body: payload.Body) -> None:
        """A credential was entered, or set elsewhere."""
        turn, values = payload.modal(body), payload.inputs(body, rotate.PREFIX)
        begun = await errors.caught(self._begun(turn, values))
        if isinstance(begun, entering.WrongError):
            field = f"{rotate.PREFIX}{begun.field}"
            await ack(response_action="errors", errors={field: str(begun)})
            return
        if isinstance(begun, errors.Fault):
            await ack(response_action="update", view=dict(rotate.failed(begun.shown.text)))
            return
        head = f"{begun.client_name} · {begun.label}"
        await ack(response_action="update", view=dict(rotate.trying(head)))
        self._desk.begin(self._tried(turn, payload.text(body, "view", "id"), begun.rotation.id))

    async def confirm(self, ack: AsyncAck, body: payload.Body) -> None:
        """Swap, in the modal that shows what the trial found."""
        await self._desk.close(ack, payload.modal(body), deed=ids.ROTATE_CONFIRM)

    async def closed(self, ack: AsyncAck, body: payload.Body) -> None:
        """Cancel, there."""
        await self._desk.close(ack, payload.modal(body), deed=ids.ROTATE_CANCEL)

    async def swap(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Swap, in a message: the modal was closed."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.ROTATE_CONFIRM)

    async def cancel(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Cancel, there."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.ROTATE_CANCEL)

    async def back(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Roll back."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.ROLL_BACK)

    async def _begun(
        self, turn: payload.Turn, values: Mapping[str, str]
    ) -> rotation.View | entering.WrongError:
        """Seal it, or return what is wrong with it; raises what else a person is told."""
        try:
            async with asyncio.timeout(desk.PATIENCE):
                asker = await self._desk.asker(turn, via="modal")
        except TimeoutError:
            message = "Slack does not tell me in time who you are; nothing was kept. Try again."
            raise errors_.UsageError(message) from None
        names = turn.value.partition(" ")[0].split("/")
        try:
            begun = await self._credentials.begin(asker, names, entered=values or None)
        except entering.WrongError as wrong:
            return wrong
        return (await self._credentials.state(asker, begun.id)).view

    async def _tried(self, turn: payload.Turn, window: str, name: identifiers.RotationId) -> None:
        """Try it, and show what came of it: there, or where the window was opened from."""
        found = await errors.caught(self._after(name))
        if isinstance(found, errors.Fault):
            if not await self._desk.windows.change(window, rotate.failed(found.shown.text)):
                await self._desk.whisper(turn, found.shown)
        elif not await self._desk.windows.change(
            window, rotate.tried(found, channel=turn.channel or "")
        ):
            await self._desk.whisper(turn, rotate.told(found))

    async def _after(self, name: identifiers.RotationId) -> rotation.View:
        found = await self._credentials.try_(name)
        await asyncio.sleep(_SHOWN)
        return found


def modal(asked: answers.Form, *, channel: str) -> Mapping[str, object]:
    """Return the modal for a form."""
    head = f"{asked.client_name} · {asked.label}: {asked.credential}"
    metadata = f"{asked.client}/{asked.source} {channel}".strip()
    if asked.how is answers.How.PASTE:
        return rotate.asked(
            head, fields=asked.fields, told=asked.told, steps=asked.steps, metadata=metadata
        )
    return rotate.instead(
        head,
        told=asked.told,
        steps=asked.steps,
        metadata=metadata,
        trial=asked.how is answers.How.OUTSIDE,
    )
