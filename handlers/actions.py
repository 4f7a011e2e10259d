"""Every button and menu. Each says what it asks for; the operations check who asks."""

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot import errors
from bot.access import Operation
from bot.operations import answers, costs, scope
from bot.slack import files, ids
from bot.slack.screens import pause, plain
from handlers import deeds, desk, drawing, payload


class Actions:
    """What people press."""

    def __init__(self, desk: desk.Desk) -> None:
        self._desk = desk
        self._operations = desk.operations

    async def nothing(self, ack: AsyncAck) -> None:
        """A link, or a choice that another button reads."""
        await ack()

    # under a post

    async def why(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Why these numbers?"""
        turn = payload.press(body)
        await self._query(
            ack, respond, turn, lambda who: self._operations.explain.why(who, turn.value)
        )

    # a failure card

    async def retry(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Retry."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.RETRY)

    async def retry_all(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Fix and rerun all, on the card of an outage."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.RETRY_ALL)

    async def send_without(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Send without the failed source."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.SEND_WITHOUT)

    async def details(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Details."""
        turn = payload.press(body)
        await self._query(
            ack, respond, turn, lambda who: self._operations.explain.details(who, turn.value)
        )

    async def menu(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """The card's overflow menu: ``skip:<incident>:<version>`` or ``pause:…``."""
        turn = payload.press(body)
        choice, _, stamp = turn.value.partition(":")
        if choice == "pause":
            await self._query(ack, respond, turn, lambda who: self._pause_card(who, turn, stamp))
        else:
            await self._desk.act(ack, respond, turn, deed=ids.CARD_MENU)

    async def confirm(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Post although outside people read the channel."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.CONFIRM_AUDIENCE)

    async def check(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Look again at what a preflight found."""
        turn = payload.press(body)
        await self._query(
            ack, respond, turn, lambda who: self._operations.identities.check(who, turn.value)
        )

    # a rerun's preview

    async def replace(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Replace what was sent."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.REPLACE)

    async def post_as_new(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Post it as new."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.POST_AS_NEW)

    async def discard(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Discard it."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.DISCARD)

    # a report that is held for its figures

    async def post_anyway(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Post it as it is."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.POST_ANYWAY)

    async def try_again(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Read and compute it anew."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.TRY_AGAIN)

    # whose data a client's sources serve

    async def identify(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Confirm that it is the client's, and post what is held for it."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.IDENTITY_POST)

    async def know(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Confirm that it is the client's, before that is live."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.IDENTITY_CONFIRM)

    # the menu and status lines; the value is the client

    async def status(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Status."""
        turn = payload.press(body)
        await self._query(
            ack, respond, turn, lambda who: self._operations.clients.status(who, deeds.named(turn))
        )

    async def rerun(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Rerun the last complete period, or the one that the button names."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.MENU_RERUN)

    async def rerun_this(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Rerun the period of the report that was asked about."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.ABOUT_RERUN)

    async def pause(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Pause…: opens the modal."""
        turn = payload.press(body)
        await self._query(ack, respond, turn, lambda who: self._pause(who, turn, turn.value))

    async def resume(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Resume."""
        await self._desk.act(ack, respond, payload.press(body), deed=ids.MENU_RESUME)

    async def schedule(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Schedule."""
        turn = payload.press(body)
        await self._query(
            ack,
            respond,
            turn,
            lambda who: self._operations.clients.schedule(who, deeds.named(turn)),
        )

    async def history(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """History."""
        turn = payload.press(body)
        await self._query(
            ack, respond, turn, lambda who: self._operations.clients.history(who, deeds.named(turn))
        )

    async def cost(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Cost of the running month."""
        turn = payload.press(body)
        await self._query(ack, respond, turn, self._operations.costs.month)

    async def fix(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """Fix: that failure's card, with its buttons."""
        turn = payload.press(body)
        await self._query(
            ack, respond, turn, lambda who: self._operations.explain.card(who, turn.value)
        )

    async def sheet(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """The month as CSV, by direct message."""
        turn = payload.press(body)
        await self._query(ack, respond, turn, lambda who: self._sheet(who, turn))

    async def reports(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """The month again, a line for each report."""
        turn = payload.press(body)
        month, names = costs.asked(turn.value)
        ask = self._operations.costs.month
        await self._query(
            ack, respond, turn, lambda who: ask(who, names, month=month, by_report=True)
        )

    async def _query(
        self, ack: AsyncAck, respond: AsyncRespond, turn: payload.Turn, ask: desk.Ask
    ) -> None:
        await self._desk.query(ack, respond, turn, via="button", ask=ask)

    async def _pause_card(
        self, who: scope.Asker, turn: payload.Turn, stamp: str
    ) -> drawing.Shown | None:
        view = await self._operations.explain.card(who, stamp)
        return await self._pause(who, turn, view.incident.client)

    async def _pause(
        self, who: scope.Asker, turn: payload.Turn, client: str
    ) -> drawing.Shown | None:
        subject = self._operations.scope.subject(
            who, [client] if client else (), to=Operation.PAUSE
        )
        if subject is None:
            raise errors.UsageError(
                "Which client? Choose one in the menu, then press Pause… again."
            )
        found = subject.client
        view = pause.modal(found.id, name=found.name, reply_channel=turn.channel or "")
        await self._desk.open(turn, view)
        return None

    async def _sheet(self, who: scope.Asker, turn: payload.Turn) -> answers.Done:
        month, names = costs.asked(turn.value)
        text = await self._operations.costs.lines(who, names, month=month)
        name = f"costs-{'-'.join(turn.value.split()) or 'this-month'}.csv"
        file = files.File(name=name, content=text.encode(), title=name)
        sent = await self._desk.send(turn.user, plain.say("The costs as CSV:"), file)
        return answers.Done(
            text="It is in our direct messages."
            if sent
            else "Slack did not take the file; the bot's log says why."
        )
