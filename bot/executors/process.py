"""Runs an order in a process of its own on this machine: started, heard, bounded, ended."""

import asyncio
import base64
import binascii
import contextlib
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import structlog

from bot import errors, wire
from bot.domain import delivery, run, walls
from bot.domain.run import FailureCode
from bot.domain.walls import NOTHING
from bot.executors import checks, isolation, listening, plain, starting, witness
from bot.ipc import scratch
from bot.ipc.allowance import Allowance
from bot.kinds import mask

_MOST_LINES = 100
_LINE = 500
_PNG = b"\x89PNG\r\n\x1a\n"

_log = structlog.get_logger()


class ProcessExecutor:
    """One process per order. Holds nothing of any run.

    ``starter`` says how a process is started; None: as a plain one, behind no wall. Each has a
    directory of its own in ``scratch``, which whoever named it clears of what a death left there;
    None: where this machine keeps temporary files.
    """

    def __init__(
        self,
        *,
        memory_mb: int,
        starter: starting.Starter | None = None,
        scratch: Path | None = None,
    ) -> None:
        self._memory_mb = memory_mb
        self._starter = starter or plain.Plain()
        self._parent = scratch
        self._breached: tuple[str, ...] = ()

    @property
    def most(self) -> walls.Level:
        """The most isolation that a run may have here."""
        return walls.Level.NONE if self._breached else self._starter.most

    def distrust(self, breached: tuple[str, ...]) -> None:
        """Say no longer of any run that it is isolated: these attacks came through its walls."""
        self._breached = breached

    async def execute(
        self, order: wire.RunOrder, *, on_progress: listening.OnProgress | None = None
    ) -> wire.RunOutcome:
        """Run one order to its outcome; raises nothing for what the worker does, and RunLost where
        what held it died.

        Its ``scratch`` is made here and gone afterwards. Cancelling ends the process.
        """
        if not self.most.meets(order.client.isolation):
            return isolation.missing(order.client, self._judged(NOTHING))
        outcome, heard = await self._obeyed(order, on_progress=on_progress)
        if not isinstance(outcome, wire.RunOutcome) or not checks.fits(outcome, order):
            outcome = _crashed("the outcome does not match its order")
        if isinstance(outcome, wire.RunFailed):
            outcome = checks.bounded(outcome, order)
        stands = None if heard.walls is None else self._judged(heard.walls)
        if stands is not None and not stands.level.meets(order.client.isolation):
            outcome = isolation.missing(order.client, stands)
        told = checks.seen(outcome.seen, checks.references(order))
        outcome = replace(outcome, walls=stands, seen=told)
        return witness.told(outcome, order, outside=heard.outside)

    async def check(self, order: wire.CheckOrder) -> wire.Checked:
        """Have a client's sources opened as a run would open them; raises RunError where no worker
        could, and RunLost.
        """
        if not self.most.meets(order.client.isolation):
            raise errors.RunError(isolation.missing(order.client, self._judged(NOTHING)).failure)
        outcome, heard = await self._obeyed(order, on_progress=None)
        if isinstance(outcome, wire.Checked):
            return witness.looked(checks.checked(outcome, order), order, outside=heard.outside)
        failed = outcome if isinstance(outcome, wire.RunFailed) else _crashed("it told nothing")
        raise errors.RunError(failed.failure)

    async def estimate(self, order: wire.RunOrder) -> wire.Estimated:
        """Ask what an order's queries would cost; raises RunError where that cannot be told."""
        outcome, _ = await self._obeyed(replace(order, estimate=True), on_progress=None)
        if isinstance(outcome, wire.Estimated) and checks.sums(outcome, order):
            return outcome
        failed = outcome if isinstance(outcome, wire.RunFailed) else _crashed("it told no estimate")
        raise errors.RunError(checks.bounded(failed, order).failure)

    async def draw(self, trend: delivery.Trend) -> bytes:
        """Return a trend as a PNG; raises RunError when no worker could draw it."""
        async with _scratch(self._parent) as scratch:
            order = wire.ChartOrder(trend=trend, scratch=scratch)
            job = starting.Job(
                order=wire.write_order(order),
                deadline=order.deadline_seconds,
                memory_mb=self._memory_mb,
                scratch=scratch,
                clean=str,
            )
            outcome, _ = await self._answer(job)
        if isinstance(outcome, wire.ChartMade):
            with contextlib.suppress(binascii.Error):
                png = base64.b64decode(outcome.png, validate=True)
                if png.startswith(_PNG):
                    return png
        failed = outcome if isinstance(outcome, wire.RunFailed) else _crashed("it drew no PNG")
        raise errors.RunError(failed.failure)

    async def attack(self, targets: walls.Targets) -> walls.Trial:
        """Have a worker attack what was made for it; raises RunError when none could."""
        async with _scratch(self._parent) as scratch:
            order = wire.AttackOrder(targets=targets, scratch=scratch)
            job = starting.Job(
                order=wire.write_order(order),
                deadline=order.deadline_seconds,
                memory_mb=self._memory_mb,
                scratch=scratch,
                clean=str,
                folder=Path(targets.other).with_name("own"),
            )
            outcome, heard = await self._answer(job)
        if isinstance(outcome, wire.Attacked):
            return walls.Trial(walls=heard.walls or NOTHING, attacks=outcome.attacks)
        failed = outcome if isinstance(outcome, wire.RunFailed) else _crashed("it told nothing")
        raise errors.RunError(failed.failure)

    async def _obeyed(
        self, order: starting.Ordered, *, on_progress: listening.OnProgress | None
    ) -> tuple[listening.Outcome, listening.Heard]:
        """Have a worker do as the order says, in a scratch of its own."""
        async with _scratch(self._parent) as scratch:
            placed = self._starter.fit(_placed(order, scratch))
            job = starting.Job(
                order=wire.write_order(placed),
                deadline=order.deadline_seconds,
                memory_mb=self._memory_mb,
                scratch=scratch,
                clean=mask.Mask((*order.secrets, *placed.secrets)),
                on_progress=on_progress,
                client=order.client.id,
                folder=placed.client.folder,
                references=order.references,
                hosts=order.hosts,
                model=_allowance(order),
            )
            about = order.run if isinstance(order, wire.RunOrder) else order.type
            with structlog.contextvars.bound_contextvars(client=order.client.id, run=about):
                return await self._answer(job)

    def _judged(self, stands: walls.Walls) -> walls.Walls:
        """What stood, as far as it can be believed."""
        return replace(stands, breached=self._breached)

    async def _answer(self, job: starting.Job) -> tuple[listening.Outcome, listening.Heard]:
        """Return what the worker made of the job, and what else was heard of it."""
        heard = listening.Heard(on_progress=job.on_progress)
        in_time = True
        try:
            async with asyncio.timeout(job.deadline), self._starter.child(job, heard) as child:
                await listening.listen(child, heard, order=job.order)
        except TimeoutError:
            in_time = False
        finally:
            _relay(heard, job)
        outcome = _concluded(heard) if in_time else _late(job)
        # Without a way out a source cannot be reached, which says nothing of the source.
        stranded = heard.outside is not None and heard.outside.lost
        if heard.lost or (stranded and isinstance(outcome, wire.RunFailed)):
            raise errors.RunLost("what held the run has ended, and the run with it")
        return outcome, heard


def _allowance(order: starting.Ordered) -> Allowance | None:
    """What the run may ask the model with the shared key; None: it has none, or its client's."""
    if isinstance(order, wire.CheckOrder):
        return None
    named = order.client.reports[order.report].narrative.model
    if order.model is None or order.model.reference is not None or named is None:
        return None
    return Allowance(
        model=named,
        tokens=order.model.most_tokens,
        calls=wire.MOST_CALLS,
        left=order.model.left,
    )


def _concluded(heard: listening.Heard) -> listening.Outcome:
    if heard.over is not None and not heard.outcomes:
        params = {"used": str(heard.over.used_mb), "budget": str(heard.over.budget_mb)}
        failure = run.Failure(code=FailureCode.MEMORY, params=params)
        return wire.RunFailed(failure=failure, timings={})
    if heard.fault:
        return _crashed(heard.fault)
    if len(heard.outcomes) > 1:
        return _crashed("it gave more than one outcome")
    return heard.outcomes[0] if heard.outcomes else _crashed(_ended(heard.code))


def _late(job: starting.Job) -> wire.RunFailed:
    params = {"seconds": f"{job.deadline:g}"}
    failure = run.Failure(code=FailureCode.DEADLINE, params=params)
    return wire.RunFailed(failure=failure, timings={})


def _ended(code: int | None) -> str:
    if code is None or code >= 0:
        return f"it ended with exit code {code} and without an outcome"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"it was ended by {name}"


def _crashed(how: str) -> wire.RunFailed:
    return wire.RunFailed(failure=run.Failure(code=FailureCode.CRASHED, said=how), timings={})


def _relay(heard: listening.Heard, job: starting.Job) -> None:
    """Log what came on stderr: bounded, and without a credential."""
    text = job.clean(heard.stderr.decode("utf-8", "replace"))
    for line in text.splitlines()[:_MOST_LINES]:
        if line.strip():
            _log.info("worker_stderr", line=line[:_LINE])


def _placed(order: starting.Ordered, scratch: Path) -> starting.Ordered:
    """The order for a process that stands in its scratch directory."""
    folder = order.client.folder.resolve()
    return replace(order, scratch=scratch, client=replace(order.client, folder=folder))


@contextlib.asynccontextmanager
async def _scratch(parent: Path | None) -> AsyncGenerator[Path]:
    """A fresh directory that only this user can enter, gone afterwards.

    A disk takes its time to forget files, and while fifty runs end nobody is to wait for that.
    """
    if parent is None:
        with scratch.folder() as path:
            yield _furnished(path)
        return
    path = Path(tempfile.mkdtemp(prefix="reportops-", dir=parent))
    try:
        yield _furnished(path)
    finally:
        gone = asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
        await asyncio.shield(gone)


def _furnished(path: Path) -> Path:
    for name in ("home", "tmp"):
        (path / name).mkdir(mode=0o700)
    return path
