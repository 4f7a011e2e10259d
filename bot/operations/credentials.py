"""Credentials in the place of others: entered, tried, confirmed, swapped, and rolled back.

A rotation is a row from its first moment on. Whatever a killed bot leaves is ended by the next one:
a trial as if it had never been, a swap that was confirmed as it was confirmed. No text that was
entered outlives the call it came with: it is sealed, and nothing else holds it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot import bulkhead, errors
from bot.access import Operation
from bot.domain import ids, rotation
from bot.domain.reference import Scheme
from bot.domain.rotation import State
from bot.kinds.typed.form import Facts
from bot.operations import (
    answers,
    choosing,
    entering,
    holding,
    ports,
    putting,
    retelling,
    scope,
    trials,
)
from bot.store.rotations import Change

CONFIRM = timedelta(minutes=30)
"""How long a trial waits for somebody to confirm it."""
_GONE = "That is gone: what this button was about is no longer kept."
_CUT = "It was cut short when the bot stopped; nothing was changed. Please start again."
_LATE = "Nobody confirmed it in time; nothing was changed."


class Credentials:
    """What may be asked about credentials. Everything is written down before it returns."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs
        self._kept = needs.store.rotations
        self._trials = trials.Trials(scope, needs)
        self._holding = holding.Holding(needs)
        self._putting = putting.Putting(scope, needs)
        self._choosing = choosing.Choosing(scope, needs)
        self._tell = retelling.Retelling(scope, needs)
        self._trying: set[ids.RotationId] = set()
        """Those that this life of the bot tries now."""

    async def form(self, asker: scope.Asker, names: Sequence[str] = ()) -> answers.Form:
        """`/report rotate CLIENT [SOURCE]`: what to ask for."""
        about = await self._choosing.about(asker, names)
        return self._asked(about)

    async def of_card(self, asker: scope.Asker, stamp: str) -> answers.Form:
        """Rotate credential, on a card; ``stamp`` is ``<incident>:<version>``."""
        found = await self._needs.store.incidents.get(ids.IncidentId(stamp.partition(":")[0]))
        of = self._scope.find(found.client) if found else None
        self._scope.allow(asker, Operation.ROTATE, client=of, named="")
        if found is None or of is None or found.failure.source is None:
            raise errors.UsageError(_GONE)
        return await self.form(asker, (of.id, found.failure.source))

    async def begin(
        self, asker: scope.Asker, names: Sequence[str], *, entered: Mapping[str, str] | None
    ) -> rotation.Rotation:
        """Seal what was entered as a version that is not in force; ``try_`` comes next.

        ``entered`` None: nothing was, and what its store holds now is tried. Raises WrongError
        where it is not of the form that the source needs, and UsageError.
        """
        about = await self._choosing.about(asker, names)
        asked = self._asked(about)
        local = about.named.scheme is Scheme.LOCAL
        if entered is None or not (local or any(map(str.strip, entered.values()))):
            if local or asked.how is answers.How.LOGIN:
                raise errors.UsageError("Nothing was entered.")
            return await self._begun(asker, about, facts=None)
        if asked.how is not answers.How.PASTE:
            raise errors.UsageError(f"It is not entered in Slack. {asked.told}")
        facts = entering.read(about.source, entered, now=self._scope.now(), pasted=True)
        return await self._begun(asker, about, facts=facts)

    async def adopt(
        self, asker: scope.Asker, names: Sequence[str], *, version: int | None
    ) -> rotation.Rotation:
        """Begin with a version that the shell has sealed itself; None: with what is there."""
        about = await self._choosing.about(asker, names)
        if version is None and about.named.scheme is not Scheme.LOCAL:
            return await self._begun(asker, about, facts=None)
        return await self._written(asker, await self._sealed(about, version), candidate=version)

    async def install(
        self, asker: scope.Asker, names: Sequence[str], *, version: int
    ) -> answers.Rotated:
        """Put a version in force that the shell has sealed, without a trial."""
        about = await self._sealed(await self._choosing.about(asker, names), version)
        row = await self._written(asker, about, candidate=version, state=State.SWAPPING)
        return answers.Rotated(view=await self._tell.view(await self._swapped(row)))

    async def _sealed(self, about: choosing.About, version: int | None) -> choosing.About:
        """Refuse a version that is not there."""
        known = await self._holding.versions(about.owner, about.named.sealed)
        if known is None or version not in known.kept:
            raise errors.UsageError("There is no such version of this credential.")
        return about

    async def try_(self, name: ids.RotationId) -> rotation.View:
        """Try the candidate beside the one in force; what comes of it is in the row."""
        begun = await self._get(name)
        of = self._scope.find(begun.client)
        if of is None or begun.source not in of.sources:
            ended = await self._end(begun, State.CANCELLED, change=Change(said=_GONE))
            return await self._tell.view(ended)
        self._trying.add(name)
        try:
            begun = await self._putting.before(begun)
            found = await self._trials.compare(
                of, begun.source, now=holding.tried(begun), was=holding.before(begun)
            )
        except errors.RunLost:
            ended = await self._end(begun, State.CANCELLED, change=Change(said=_CUT))
            return await self._tell.view(ended)
        finally:
            self._trying.discard(name)
        if not found.fits:
            refused = await self._end(begun, State.REFUSED, change=Change(found=found))
            return await self._tell.view(refused)
        change = Change(found=found, until=self._scope.now() + CONFIRM)
        return await self._tell.view(await self._moved(begun, State.TESTED, change=change))

    async def confirm(self, asker: scope.Asker, stamp: str) -> answers.Rotated:
        """Put the candidate in force. ``stamp`` begins with the rotation's id."""
        found = await self._mine(asker, stamp)
        if found.state in {State.SWAPPED, State.SETTLED} and asker.asked_at is not None:
            return answers.Rotated(view=await self._tell.view(found))
        moved = found
        if found.state is not State.SWAPPING:
            moved = await self._taken(found, State.SWAPPING, of={State.TESTED})
        ended = await self._swapped(moved)
        what = f"version {ended.candidate or 'as it is there'}"
        if ended.state not in {State.SWAPPED, State.SETTLED}:
            what = "is not in force"
        detail = f"{ended.source}: {ended.reference} {what}"
        await self._scope.note(asker, Operation.ROTATE, client=ended.client, detail=detail)
        return answers.Rotated(view=await self._tell.view(ended))

    async def cancel(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """Leave everything as it is."""
        found = await self._mine(asker, stamp)
        if found.state not in {State.TESTING, State.TESTED}:
            return answers.Done(text="It has ended already; nothing was changed by this.")
        await self._end(
            found, State.CANCELLED, change=Change(said="It was cancelled; nothing was changed.")
        )
        detail = f"{found.source}: cancelled"
        await self._scope.note(asker, Operation.ROTATE, client=found.client, detail=detail)
        return answers.Done(text="Cancelled; the credential in force is as it was.")

    async def back(self, asker: scope.Asker, stamp: str) -> answers.Rotated:
        """Roll back: put the one before in force again."""
        found = await self._mine(asker, stamp)
        if found.state is State.RETURNED:
            return answers.Rotated(view=await self._tell.view(found))
        if found.state is not State.RETURNING:
            if not await self._holding.is_reversible(found):
                raise errors.UsageError("That came too late: the credential before is gone.")
            found = await self._taken(found, State.RETURNING, of={State.SWAPPED})
        ended = await self._returned(found)
        if ended.state is State.SWAPPED:
            raise errors.UsageError(ended.said)
        await self._scope.note(
            asker,
            Operation.ROTATE,
            client=ended.client,
            detail=f"{ended.source}: rolled back to version {ended.previous}",
        )
        return answers.Rotated(view=await self._tell.view(ended))

    async def state(self, asker: scope.Asker, stamp: str) -> answers.Rotated:
        """Where a rotation stands, for a shell that waits for it."""
        return answers.Rotated(view=await self._tell.view(await self._mine(asker, stamp)))

    async def sweep(self) -> datetime | None:
        """End what a killed bot left, and what time ends; returns the next time that does."""
        now = self._scope.now()
        ahead: list[datetime] = []
        for one in await self._kept.standing():
            if one.until is not None and one.until > now:
                ahead.append(one.until)
                continue
            passing = (errors.StoreTrouble,)
            with bulkhead.step("rotation_step_failed", passing=passing, rotation=one.id):
                await self._step(one)
        return min(ahead, default=None)

    async def _step(self, one: rotation.Rotation) -> None:
        """Do what nobody does any more, or what its time has come for."""
        match one.state:
            case State.TESTING if one.id not in self._trying:
                await self._end(one, State.CANCELLED, change=Change(said=_CUT))
            case State.SWAPPING:
                await self._swapped(one)
            case State.RETURNING:
                await self._returned(one)
            case State.TESTED:
                await self._end(one, State.CANCELLED, change=Change(said=_LATE))
            case State.SWAPPED:
                await self._end(one, State.SETTLED)
            case _:
                pass

    async def _begun(
        self, asker: scope.Asker, about: choosing.About, *, facts: Facts | None
    ) -> rotation.Rotation:
        """Write the row, then seal: what a death leaves between the two is no version in force."""
        row = await self._written(asker, about, candidate=None)
        if facts is None:
            return row
        try:
            version = await self._holding.seal(row, facts.text)
        except errors.ReportopsError:
            await self._end(row, State.CANCELLED, change=Change(said="It could not be sealed."))
            raise
        change = Change(candidate=version, said=" ".join(facts.warnings))
        return await self._moved(row, State.TESTING, change=change)

    async def _written(
        self,
        asker: scope.Asker,
        about: choosing.About,
        *,
        candidate: int | None,
        state: State = State.TESTING,
    ) -> rotation.Rotation:
        known = await self._holding.versions(about.owner, about.named)
        current = None if known is None else known.current
        now = self._scope.now()
        wanted = rotation.Rotation(
            id=ids.RotationId(ids.new_id()),
            client=about.client.id,
            source=about.source.name,
            owner=about.owner,
            reference=str(about.named),
            state=state,
            candidate=None if candidate is None else str(candidate),
            previous=None if current is None else str(current),
            by=asker.user,
            began_at=now,
            changed_at=now,
        )
        self._trying.add(wanted.id)
        if not await self._kept.begin(wanted):
            self._trying.discard(wanted.id)
            raise errors.UsageError(await self._busy(about))
        what = "is being tried" if state is State.TESTING else "is put in force untried"
        detail = f"{about.source.name}: {about.named} {what}"
        await self._scope.note(asker, Operation.ROTATE, client=about.client.id, detail=detail)
        return wanted

    async def _busy(self, about: choosing.About) -> str:
        other = await self._kept.open(about.owner, str(about.named))
        return retelling.busy(other, timezone=about.client.timezone)

    def _asked(self, about: choosing.About) -> answers.Form:
        may = self._holding.rotating.paste and str(about.named) not in self._putting.closed
        return entering.asked(about.client, about.source, paste=may)

    async def _swapped(self, found: rotation.Rotation) -> rotation.Rotation:
        """Put it in force; done again it changes nothing."""
        try:
            found = await self._putting.before(found)
            there = await self._putting.use(found)
        except putting.LaterError:
            return found
        except putting.RefusedError as why:
            return await self._end(found, State.CANCELLED, change=Change(said=str(why)))
        has_before = None not in {there, found.previous} and there != found.previous
        until = self._scope.now() + self._holding.rotating.rollback if has_before else None
        ended = State.SWAPPED if has_before else State.SETTLED
        moved = await self._moved(found, ended, change=Change(until=until, candidate=there))
        if putting.is_elsewhere(moved):
            await self._holding.tidy(moved)
        await self._tell.say(moved)
        return moved

    async def _returned(self, found: rotation.Rotation) -> rotation.Rotation:
        try:
            await self._putting.back(found)
        except putting.LaterError:
            return found
        except putting.RefusedError as why:
            until = self._scope.now() + self._holding.rotating.rollback
            change = Change(said=str(why), until=until)
            return await self._moved(found, State.SWAPPED, change=change)
        moved = await self._moved(found, State.RETURNED)
        await self._holding.drop(moved, moved.candidate)
        await self._tell.say(moved)
        return moved

    async def _end(
        self, found: rotation.Rotation, to: State, *, change: Change | None = None
    ) -> rotation.Rotation:
        """End it where it stands; what no run needs any more is dropped."""
        moved = await self._moved(found, to, change=change)
        if to is State.SETTLED and not putting.is_elsewhere(moved):
            await self._holding.drop(moved, moved.previous)
        else:
            await self._holding.tidy(moved)
        self._trying.discard(moved.id)
        await self._tell.say(moved)
        return moved

    async def _mine(self, asker: scope.Asker, stamp: str) -> rotation.Rotation:
        found = await self._kept.get(ids.RotationId(stamp.split(" ", 1)[0]))
        of = self._scope.find(found.client) if found else None
        self._scope.allow(asker, Operation.ROTATE, client=of, named="")
        if found is None:
            raise errors.UsageError(_GONE)
        return found

    async def _get(self, name: ids.RotationId) -> rotation.Rotation:
        found = await self._kept.get(name)
        if found is None:
            raise errors.UsageError(_GONE)
        return found

    async def _taken(
        self, found: rotation.Rotation, to: State, *, of: set[State]
    ) -> rotation.Rotation:
        """Take it on for a person: one press wins, the other is told how it stands."""
        moved = await self._kept.move(found.id, to, of=of, at=self._scope.now())
        if moved is None:
            now = await self._get(found.id)
            raise errors.UsageError(retelling.too_late(now))
        return moved

    async def _moved(
        self, found: rotation.Rotation, to: State, *, change: Change | None = None
    ) -> rotation.Rotation:
        moved = await self._kept.move(
            found.id, to, of={found.state}, at=self._scope.now(), change=change
        )
        if moved is None:
            raise errors.UsageError(retelling.too_late(await self._get(found.id)))
        return moved
