"""clients/ → one checked, frozen Catalog. One broken client never stops the others."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.catalog import agency, build, clashes, faults, secret, stamps
from bot.domain import ids, views
from bot.domain.client import Client

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
WORDS = frozenset(
    {"all", "failed", "help", "list", "status", "rerun", "pause", "resume", "schedule", "history"}
    | {"cost", "whoami", "rotate"}
)
"""What ``/report`` reads as its own words: no client may be called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """The last version of a client that had no fault."""

    client: Client
    claims: build.Claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The clients as their files said at one moment."""

    clients: Mapping[ids.ClientId, Client] = field(default_factory=dict[ids.ClientId, Client])
    """The clients in force, by id, in its order."""
    faults: tuple[views.Fault, ...] = ()
    """Every fault of every file."""
    stale: frozenset[ids.ClientId] = frozenset()
    """Those in force by their last good version, since they have faults now."""
    good: Mapping[str, Good] = field(default_factory=dict[str, Good], repr=False)
    """What is in force, kept for the next load."""
    checked: Mapping[str, build.Checked] = field(
        default_factory=dict[str, build.Checked], repr=False
    )
    """What came of each folder, with the stamps of its files."""
    shared: agency.InForce = agency.NONE
    """The agency's own credentials, and who may use each."""
    folders: frozenset[str] = frozenset()
    """The names in the clients folder when it was read."""

    @property
    def digest(self) -> str:
        """Changes when a client in force does."""
        text = "\n".join(repr(self.clients[client_id]) for client_id in sorted(self.clients))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def client(self, client_id: ids.ClientId) -> Client | None:
        """Return one client, or None."""
        return self.clients.get(client_id)


def load(
    folder: Path,
    *,
    demo: bool,
    previous: Catalog | None = None,
    ops_channel: str | None = None,
) -> Catalog:
    """Read every client's folder; never raises for what stands in the files.

    ``demo``: the clients marked ``demo: true``, and only those; else all but those.
    ``previous`` keeps the last good version of a client that has faults now in force, and spares
    the files that have not changed since. ``ops_channel``: no client may have it for its own.
    """
    before = previous or Catalog()
    folder = folder.resolve()
    try:
        there = listed(folder)
    except OSError:
        return _without_folder(folder, before)
    shared = agency.load(folder, previous=before.shared)
    found = [*shared.found, *_misnamed(folder, there)]
    wrong = {fault.client for fault in found}
    checked = {
        name: _check(folder / name, before.checked.get(name), shared=shared)
        for name in sorted(there - wrong)
    }
    wanted = {
        name: _apart(name, one, ops_channel=ops_channel)
        for name, one in checked.items()
        if one.demo is None or one.demo is demo
    }
    running, clashing = _in_force(wanted, _still_lent(before.good, shared))
    broken = [fault for one in wanted.values() for fault in one.found]
    clients = {ids.ClientId(name): running[name].client for name in sorted(running)}
    return Catalog(
        clients=clients,
        faults=faults.ordered((*found, *broken, *clashing)),
        stale=frozenset(n for n in clients if clients[n] is not wanted[n].client)
        | frozenset(n for n in clients if any(fault.client == n for fault in clashing)),
        good=running,
        checked=checked,
        shared=shared,
        folders=there,
    )


def listed(folder: Path) -> frozenset[str]:
    """Return the names of the folders that stand for clients; raises OSError."""
    with os.scandir(folder) as entries:
        return frozenset(
            entry.name for entry in entries if entry.name[0] not in "._" and entry.is_dir()
        )


def is_id(name: str) -> bool:
    """Whether a client may be called so."""
    return _ID.fullmatch(name) is not None and name not in WORDS


def suggest(name: str) -> str:
    """Return a name like this one that a client may have."""
    text = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40].strip("-")
    return f"{text}-client" if text in WORDS else text or "globex"


def _without_folder(folder: Path, before: Catalog) -> Catalog:
    """The whole folder is away: what is in force stays so."""
    lost = views.Fault(
        client="",
        file=folder.name,
        line=1,
        key="",
        problem="The folder of the clients is not there, or may not be read.",
        remedy="Create it, or set REPORTOPS_CLIENTS_DIR.",
    )
    stale = frozenset(before.clients)
    return replace(before, faults=(lost,), stale=stale, checked={}, folders=frozenset())


def _misnamed(folder: Path, there: frozenset[str]) -> list[views.Fault]:
    """Return the faults of folders that cannot be clients by their name or place."""
    found: list[views.Fault] = []
    for name in sorted(there):
        shown = faults.Faults(client=name)
        if not is_id(name):
            problem = f"{secret.quote(name)} cannot be a client's id."
            if name in WORDS:
                problem = f"“{name}” is a word of /report."
            shown.add((), problem, remedy=f"Rename the folder, to {suggest(name)} perhaps.", line=1)
        elif not (folder / name).resolve().is_relative_to(folder):
            remedy = "Put the folder itself here."
            shown.add((), "The folder leads out of the clients folder.", remedy=remedy, line=1)
        found.extend(shown.found)
    return found


def _check(path: Path, before: build.Checked | None, *, shared: agency.InForce) -> build.Checked:
    """What came of it before holds while its files do, and what the agency declares."""
    if before is not None and stamps.same(before.stamps):
        return before
    made = build.check(path, shared=shared)
    return replace(made, stamps={**made.stamps, **shared.seen})


def _still_lent(good: Mapping[str, Good], shared: agency.InForce) -> Mapping[str, Good]:
    """Return the last good versions that use nothing the agency has since taken from them: to keep
    a client going is no reason to lend it what it may not have.
    """
    return {name: one for name, one in good.items() if shared.lends(one.client)}


def _apart(name: str, one: build.Checked, *, ops_channel: str | None) -> build.Checked:
    """Refuse the operators' channel as a client's own: other clients' failures are said there."""
    place = one.claims.channels.get(ops_channel or "")
    if place is None:
        return one
    shown = faults.Faults(client=name, lines=one.lines)
    problem = f"{ops_channel} is the ops channel, where other clients' failures are said."
    remedy = "Write the client's own; stage: internal posts to the ops channel until it is ready."
    shown.add(place, problem, remedy=remedy)
    return replace(one, client=None, found=(*one.found, *shown.found))


def _in_force(
    wanted: Mapping[str, build.Checked], good: Mapping[str, Good]
) -> tuple[dict[str, Good], list[views.Fault]]:
    """Choose for each client its version of now, its last good one, or none.

    What clashes is judged over the files as they are, broken ones too, and then over what would
    run, until nothing that runs clashes. The last good versions ran together, so each round takes
    at least one newer version back.
    """
    found: list[views.Fault] = []
    refused = _refused({name: one.claims for name, one in wanted.items()}, wanted, found=found)
    fresh = {
        name: Good(client=one.client, claims=one.claims)
        for name, one in wanted.items()
        if one.client is not None and name not in refused
    }
    while True:
        running = {name: good[name] for name in wanted if name in good} | fresh
        refused = _refused({name: one.claims for name, one in running.items()}, wanted, found=found)
        if not refused & fresh.keys():
            return {name: one for name, one in running.items() if name not in refused}, found
        fresh = {name: one for name, one in fresh.items() if name not in refused}


def _refused(
    claims: Mapping[str, build.Claims],
    wanted: Mapping[str, build.Checked],
    *,
    found: list[views.Fault],
) -> set[str]:
    """Return the clients that clash, and add their faults."""
    clashing = clashes.find(claims)
    for clash in clashing:
        shown = faults.Faults(client=clash.client, lines=wanted[clash.client].lines)
        shown.add(clash.place, clash.problem, remedy=clash.remedy)
        found.extend(shown.found)
    return {clash.client for clash in clashing}
