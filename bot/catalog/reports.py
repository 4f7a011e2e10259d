"""Reports: what one part of a report says about another, checked and turned into a spec."""

import dataclasses
import keyword
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from cronsim import CronSim

from bot import kinds
from bot.catalog import asking, credential, faults, fields, formulas, model, plain, yaml
from bot.domain import ids, spec

RESERVED = frozenset({"period", "previous", "total"})
"""Words that references in sentences use themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One client's folder while it is being checked."""

    path: Path
    data: dict[str, yaml.Value]
    sources: Mapping[str, spec.SourceSpec]
    found: faults.Faults

    def names(self, *place: str | int) -> Collection[str]:
        """The names that stand at a place of the file, the faulty ones too."""
        value = plain.at(self.data, place)
        return value.keys() if isinstance(value, dict) else ()

    def known(self, name: str, place: faults.Place, *, among: faults.Place, what: str) -> None:
        """Note a fault unless the name stands among those at another place of the file."""
        names = self.names(*among)
        if name not in names:
            hint = fields.meant(name, names)
            listed = f"There are {', '.join(names)}." if names else "There is none."
            self.found.add(place, f"There is no {what} {name}.", remedy=hint or listed)


def build(
    folder: Folder, name: str, *, shape: model.ReportShape, week_start: int
) -> spec.ReportSpec:
    """Return the report's spec; what does not hold together goes to the folder's faults."""
    place: faults.Place = ("reports", name)
    if shape.schedule:
        _order(shape.schedule, (*place, "schedule"), found=folder.found)
    if shape.trend:
        within = (*place, "metrics")
        folder.known(shape.trend, (*place, "trend"), among=within, what="metric")
    formulas.check(folder.found, place, shape=shape, names=folder.names(*place, "metrics"))
    return spec.ReportSpec(
        name=ids.ReportName(name),
        title=shape.title,
        channel=ids.ChannelId(shape.channel) if shape.channel else None,
        schedule=_schedule(shape.schedule),
        period=dataclasses.replace(shape.period, week_start=week_start),
        compare=shape.compare,
        history=shape.history,
        queries=tuple(_queries(folder, place, shape=shape)),
        metrics=tuple(_metrics(folder, place, shape=shape)),
        breakdowns=tuple(_breakdowns(folder, place, shape=shape)),
        narrative=_narrative(folder, place, shape=shape.narrative),
        trend=shape.trend,
        stale=shape.stale,
        restated=shape.restated,
    )


def _schedule(shape: model.ScheduleShape | None) -> spec.ScheduleSpec | None:
    if shape is None:
        return None
    return spec.ScheduleSpec(
        cron=shape.cron,
        post_at=shape.post_at,
        deliver_by=shape.deliver_by,
        catch_up=shape.catch_up,
    )


def _order(shape: model.ScheduleShape, place: faults.Place, *, found: faults.Faults) -> None:
    """All of it happens on one day: the fire, then post_at, then deliver_by."""
    line = CronSim(shape.cron, datetime(2026, 1, 5, tzinfo=UTC))
    fire = time(max(line.hours), max(line.minutes))
    for key, moment in (("post_at", shape.post_at), ("deliver_by", shape.deliver_by)):
        if moment is not None and moment <= fire:
            problem = f"{moment:%H:%M} is not after the fire at {fire:%H:%M}."
            found.add(
                (*place, key), problem, remedy="Write a later time of that day, or an earlier cron."
            )
    if shape.post_at and shape.deliver_by and shape.post_at >= shape.deliver_by:
        problem = (
            f"The promise {shape.deliver_by:%H:%M} is not after post_at {shape.post_at:%H:%M}."
        )
        found.add((*place, "deliver_by"), problem, remedy="Promise a later time, or post earlier.")


def _asking(
    folder: Folder, place: faults.Place, *, shape: model.QueryShape | model.BreakdownShape
) -> asking.Asking:
    """Return what reads a query, of a source that is there."""
    folder.known(shape.source, (*place, "source"), among=("sources",), what="source")
    named = plain.at(folder.data, ("sources", shape.source, "kind"))  # also of a faulty source
    kind = kinds.KINDS.get(named) if isinstance(named, str) else None
    return asking.Asking(folder=folder.path, place=place, found=folder.found, kind=kind)


def _queries(
    folder: Folder, place: faults.Place, *, shape: model.ReportShape
) -> Iterator[spec.QuerySpec]:
    for name, query in shape.queries.items():
        own = _asking(folder, (*place, "queries", name), shape=query)
        asked = own.read(query)
        yield spec.QuerySpec(
            name=name,
            source=query.source,
            sql=asked.sql,
            file=asked.file,
            request=asked.request,
            span=query.span,
            optional=query.optional,
            waits=query.fresh != asking.NONE,
            gate=own.gate(query.fresh),
        )


def _metrics(
    folder: Folder, place: faults.Place, *, shape: model.ReportShape
) -> Iterator[spec.MetricSpec]:
    for name, metric in shape.metrics.items():
        inner = (*place, "metrics", name)
        _named(folder, inner, name=name)
        query, _, column = (metric.column or f".{name}").partition(".")
        if query:
            within = (*place, "queries")
            folder.known(query, (*inner, "from"), among=within, what="query")
        yield spec.MetricSpec(
            name=name,
            label=metric.label or name.replace("_", " ").capitalize(),
            unit=metric.unit,
            description=metric.description,
            better=metric.better,
            query=query or None,
            column=column,
            formula=metric.formula,
            expect=_expect(folder, inner, shape=metric.expect),
        )


def _expect(folder: Folder, place: faults.Place, *, shape: model.ExpectShape | None) -> spec.Expect:
    if shape is None:
        return spec.Expect(steady=False)
    if shape.least is not None and shape.most is not None and shape.least > shape.most:
        problem = "The least is more than the most."
        folder.found.add((*place, "expect", "min"), problem, remedy="Swap min and max.")
    return spec.Expect(
        required=shape.required, least=shape.least, most=shape.most, change=shape.change
    )


def _breakdowns(
    folder: Folder, place: faults.Place, *, shape: model.ReportShape
) -> Iterator[spec.BreakdownSpec]:
    for name, breakdown in shape.breakdowns.items():
        inner = (*place, "breakdowns", name)
        _named(folder, inner, name=name)
        if name in folder.names(*place, "metrics"):
            folder.found.add(inner, "A metric has this name too.", remedy="Rename one of them.")
        within = (*place, "metrics")
        folder.known(breakdown.metric, (*inner, "metric"), among=within, what="metric")
        own = _asking(folder, inner, shape=breakdown)
        asked = own.read(breakdown)
        yield spec.BreakdownSpec(
            name=name,
            source=breakdown.source,
            sql=asked.sql,
            file=asked.file,
            request=asked.request,
            by=breakdown.by,
            metric=breakdown.metric,
            top=breakdown.top,
            optional=breakdown.optional,
            waits=breakdown.fresh != asking.NONE,
            gate=own.gate(breakdown.fresh),
        )


def _named(folder: Folder, place: faults.Place, *, name: str) -> None:
    if name in RESERVED or keyword.iskeyword(name):
        folder.found.add(place, f"{name} is a reserved word.", remedy=f"Write {name}_value, or so.")


def _narrative(
    folder: Folder, place: faults.Place, *, shape: model.NarrativeShape | None
) -> spec.NarrativeSpec:
    if shape is None:
        return spec.NarrativeSpec()
    reference = None
    if shape.credential is not None:
        inner = (*place, "narrative", "credential")
        reference = credential.check(shape.credential, inner, found=folder.found)
    return spec.NarrativeSpec(
        model=shape.model,
        language=shape.language,
        instructions=shape.instructions,
        credential=reference,
    )
