"""One client's folder: read, checked in whole, and turned into a frozen Client."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.catalog import (
    agency,
    faults,
    model,
    opening,
    plain,
    reports,
    sources,
    stamps,
    stores,
    yaml,
)
from bot.domain import ids, views
from bot.domain.client import Client

_SEALED = "local://"
_SPARE: Mapping[faults.Place, str] = {
    ("name",): "?",
    ("channel",): "C00000000",
    ("timezone",): "UTC",
    ("reports", "*", "title"): "?",
    ("reports", "*", "period"): "week",
    ("reports", "*", "schedule", "cron"): "0 0 * * *",
    ("reports", "*", "metrics", "*", "unit"): "count",
    ("reports", "*", "narrative", "model"): "none",
}
"""Stand in for required values that are wrong, so that the rest is checked all the same."""
_LONGEST_NAME = 200
_CREATE = "Create it; reportops client new writes one to start from."


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a client uses that no other may use undeclared; each with its place in the file."""

    channels: Mapping[str, faults.Place] = field(default_factory=dict[str, faults.Place])
    alerts: Mapping[str, faults.Place] = field(default_factory=dict[str, faults.Place])
    identities: Mapping[str, faults.Place] = field(default_factory=dict[str, faults.Place])
    credentials: Mapping[str, faults.Place] = field(default_factory=dict[str, faults.Place])
    stores: Mapping[str, faults.Place] = field(default_factory=dict[str, faults.Place])
    """As whom it asks its stores of credentials."""
    shares: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of one folder. ``client`` is None where there are faults."""

    client: Client | None = None
    claims: Claims = Claims()
    demo: bool | None = None
    """None: the file does not let itself be read so far."""
    found: tuple[views.Fault, ...] = ()
    lines: Mapping[faults.Place, int] = field(default_factory=dict[faults.Place, int])
    stamps: Mapping[Path, stamps.Stamp | None]
    """Of what was read or looked for, taken before: a change asks for another look."""


def check(path: Path, *, shared: agency.InForce = agency.NONE) -> Checked:
    """Read and check the folder; never raises for what stands in it.

    ``shared``: what the agency declares, and which clients may use it.
    """
    found = faults.Faults(client=path.name)
    seen = stamps.take_all([path / faults.FILE])
    try:
        document = yaml.read(opening.read(path, faults.FILE, remedy=_CREATE))
    except yaml.Unreadable as error:
        problem = error.problem
        found.add((), problem.text, remedy=problem.remedy, line=problem.line)
        return Checked(found=found.all(), stamps=seen)
    seen |= stamps.take_all(_named(path, document.data))
    found.lines = document.lines
    for problem in document.problems:
        found.add(problem.place, problem.text, remedy=problem.remedy, line=problem.line)
    shape = plain.check(model.ClientShape, document.data, found=found, spare=_SPARE)
    given = document.data.get("sources")
    built = sources.build(
        given if isinstance(given, dict) else {}, path, shared=shared, found=found
    )
    folder = reports.Folder(path=path, data=document.data, sources=built, found=found)
    made = _client(folder, shape) if shape else None
    if made is not None:
        stores.check(made, found=found)
    opening.secrets(document.data, found)
    return Checked(
        client=None if found.found else made,
        claims=_claims(made, shape) if made and shape else Claims(),
        demo=shape.demo if shape else None,
        found=found.all(),
        lines=document.lines,
        stamps=seen,
    )


def _named(path: Path, data: dict[str, yaml.Value]) -> set[Path]:
    """Return every file of the folder that the client's file may mean."""
    words = [*_texts(data.get("sources")), *_texts(data.get("reports"), key="sql")]
    return {
        path / word
        for word in words
        if ".." not in word and not word.startswith("/") and len(word) < _LONGEST_NAME
    }


def _texts(value: yaml.Value, key: str | None = None) -> Iterator[str]:
    """Yield the texts inside a value: all, or those behind one key."""
    items = value.items() if isinstance(value, dict) else ()
    for name, item in items:
        if isinstance(item, str) and key in {None, name}:
            yield item
        yield from _texts(item, key)


def _client(folder: reports.Folder, shape: model.ClientShape) -> Client:
    return Client(
        id=ids.ClientId(folder.path.name),
        name=shape.name,
        channel=ids.ChannelId(shape.channel),
        stage=shape.stage,
        owner=ids.UserId(shape.owner) if shape.owner else None,
        alerts=ids.ChannelId(shape.alerts) if shape.alerts else None,
        timezone=shape.timezone,
        locale=shape.locale,
        currency=shape.currency,
        week_start=shape.week_start,
        flat=shape.flat,
        budget=shape.budget,
        isolation=shape.isolation,
        retain=shape.retain,
        terms=tuple(shape.terms),
        links=shape.links,
        sources=folder.sources,
        stores=shape.stores.model_dump(mode="json", exclude_none=True),
        reports={
            ids.ReportName(name): reports.build(
                folder, name, shape=report, week_start=shape.week_start
            )
            for name, report in shape.reports.items()
        },
        folder=folder.path,
        shares=tuple(shape.shares),
        demo=shape.demo,
    )


def _claims(made: Client, shape: model.ClientShape) -> Claims:
    channels: dict[str, faults.Place] = {}
    if made.channel != _SPARE[("channel",)]:
        channels[made.channel] = ("channel",)
    for name, report in made.reports.items():
        if report.channel:
            channels.setdefault(report.channel, ("reports", name, "channel"))
    credentials: dict[str, faults.Place] = {}
    for reference, place in (*_opened(made), *stores.signing_in(made)):
        if not reference.startswith(_SEALED):  # each client has its own of that name
            credentials.setdefault(reference, place)
    return Claims(
        channels=channels,
        alerts={made.alerts: ("alerts",)} if made.alerts else {},
        identities={source.identity: ("sources", name) for name, source in made.sources.items()},
        credentials=credentials,
        stores=stores.identities(made),
        shares=frozenset(shape.shares),
    )


def _opened(made: Client) -> Iterator[tuple[str, faults.Place]]:
    """The client's own credential references, each with its place in the file."""
    for name, report in made.reports.items():
        if report.narrative.credential:
            yield report.narrative.credential, ("reports", name, "narrative", "credential")
    for name, source in made.sources.items():
        if source.credential and source.agency is None:
            yield source.credential, ("sources", name, "credential")
