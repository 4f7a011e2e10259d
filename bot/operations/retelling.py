"""A rotation in words: for whoever asked; and for everybody who steers, in the incident's thread
or, without one, in the ops channel: one message, which says how it stands now.
"""

from collections.abc import Iterator

from bot import errors
from bot.domain import client, delivery, incident, metric, rotation, run, spec
from bot.domain.report import Identity
from bot.domain.rotation import State
from bot.incidents import picture
from bot.operations import ports, scope, standing
from bot.rendering import formats
from bot.slack import moments
from bot.slack.screens import rotate

_SILENT = frozenset({State.TESTING, State.TESTED, State.SWAPPING, State.RETURNING})


class Retelling:
    """Draws rotations and says them."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def view(self, found: rotation.Rotation) -> rotation.View:
        """Return it as people read it."""
        of = self._scope.find(found.client)
        label = (standing.source_label(of, found.source) if of else None) or found.source
        source = of.sources.get(found.source) if of else None
        told = found.found or rotation.Comparison()
        stopped = await self._stopped(found)
        return rotation.View(
            rotation=found,
            client_name=of.name if of else found.client,
            label=label,
            kind=source.kind if source else "",
            timezone=of.timezone if of else "UTC",
            now=self._scope.now(),
            rows=tuple(_rows(of, told)) if of else (),
            faults=tuple(_faults(told, label)),
            dead=errors.short(told.dead, source_label=label) if told.dead else "",
            retry=f"{stopped.id}:{stopped.version}" if stopped else "",
        )

    async def say(self, found: rotation.Rotation) -> None:
        """Say how it stands, where that concerns others than who asked; what was said is edited."""
        if found.state in _SILENT:
            return
        key, view = f"rotation:{found.id}", await self.view(found)
        there = await self._needs.store.deliveries.get(key)
        if there is not None:
            body = (rotate.line(view, in_thread=there.parent is not None),)
            await self._needs.store.deliveries.revise(key, body)
            return
        thread = await self._thread(found)
        if thread is None and found.state is State.CANCELLED and not found.said:
            return
        wanted = delivery.Delivery(
            key=key,
            kind=delivery.Kind.OPS if thread is None else delivery.Kind.REPLY,
            client=found.client,
            incident=None if thread is None else thread.incident,
            channel=self._needs.ops_channel or delivery.NOWHERE if not thread else thread.channel,
            parent=None if thread is None else thread.key,
            bodies=(rotate.line(view, in_thread=thread is not None),),
            created_at=self._scope.now(),
        )
        nowhere = wanted.channel == delivery.NOWHERE
        put = await self._needs.store.deliveries.put(delivery.unsaid(wanted) if nowhere else wanted)
        if put and thread is not None and thread.incident is not None:
            await self._needs.store.incidents.replied(thread.incident)

    async def _thread(self, found: rotation.Rotation) -> delivery.Delivery | None:
        """The card of the incident that it mends; None: there is none."""
        about = await self._incident(found)
        if about is None:
            return None
        card = await self._needs.store.deliveries.get(picture.card_key(about.id))
        return None if card is None or card.channel == delivery.NOWHERE else card

    async def _stopped(self, found: rotation.Rotation) -> incident.Incident | None:
        """The incident, where something can be tried again now."""
        about = await self._incident(found)
        if about is None or found.state not in {State.SWAPPED, State.SETTLED}:
            return None
        runs = [await self._needs.store.runs.get(one) for one in about.runs]
        stuck = any(one is not None and one.status is run.Status.FAILED for one in runs)
        return about if stuck else None

    async def _incident(self, found: rotation.Rotation) -> incident.Incident | None:
        for one in await self._needs.store.incidents.all_open(found.client):
            if found.reference == one.failure.reference or one.failure.source == found.source:
                return one
        return None


def busy(other: rotation.Rotation | None, *, timezone: str) -> str:
    """Return why none can be begun now; ``other`` is the one that has not ended."""
    if other is None:
        return "Somebody else has just replaced it; please look again."
    at, who = moments.clock(other.began_at, timezone), rotate.person(other.by)
    return f"{who} has been replacing this credential since {at}; only one can at a time."


def too_late(now: rotation.Rotation) -> str:
    """Return why nothing more can be done with it, for whoever pressed."""
    match now.state:
        case State.SWAPPED | State.SETTLED | State.SWAPPING:
            return "That came too late: the new credential is in force already."
        case State.RETURNED | State.RETURNING:
            return "That came too late: it was rolled back."
        case _:
            return f"That came too late. {now.said or 'It has ended; nothing was changed.'}"


def _rows(of: client.Client, told: rotation.Comparison) -> Iterator[rotation.Row]:
    spoken = formats.of(of.locale, of.currency)
    for pair in told.pairs:
        report = of.reports.get(pair.report)
        if report is None:
            continue
        label, unit = _named(report, pair.name)
        if len(of.reports) > 1:
            label = f"{report.title} · {label}"
        was, now = spoken.value(pair.was, unit), spoken.value(pair.now, unit)
        if was == now and not pair.is_equal:  # what a report rounds away is told here
            was, now = f"{pair.was}", f"{pair.now}"
        yield rotation.Row(label=label, was=was, now=now, is_equal=pair.is_equal)


def _named(report: spec.ReportSpec, name: str) -> tuple[str, metric.Unit]:
    """The label and the unit of a figure: of a metric, or of a breakdown's sum."""
    metrics = {one.name: one for one in report.metrics}
    if name in metrics:
        return metrics[name].label, metrics[name].unit
    split = next((one for one in report.breakdowns if one.name == name), None)
    if split is None or split.metric not in metrics:
        return name, metric.Unit.COUNT
    of = metrics[split.metric]
    return f"{of.label} by {split.by}", of.unit


def _faults(told: rotation.Comparison, label: str) -> Iterator[str]:
    """Why it is not put in force."""
    if told.failure is not None:
        said = f" “{told.failure.said}”" if told.failure.said else ""
        yield errors.describe(told.failure, source_label=label) + said
    if told.is_other and told.now is not None and told.was is not None:
        yield f"It opens {_whose(told.now, told.was)}."
    for one in told.lacking:
        yield errors.describe(one, source_label=label)


def _whose(now: Identity, was: Identity) -> str:
    names = [one.name or one.account for one in (now, was)]
    if names[0] == names[1]:
        names = [f"{one.name} ({one.account})" for one in (now, was)]
    return f"{names[0]}, not {names[1]}"
