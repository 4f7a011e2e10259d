"""clients/agency.yaml: what the agency itself holds, and which clients may use each.

One manager login, service account or system user, declared once and named by sources as
``agency: google-ads``. Those clients are kept apart by their own ids, which is configuration and
not a wall; so only clients that are named may use it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema

from bot import kinds
from bot.catalog import credential, faults, fields, model, opening, plain, secret, stamps, yaml
from bot.domain import client, lending, views

FILE = "agency.yaml"
_LOCAL, _OWN = "local://", "local://agency/"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_MOST = 500


def _listed(value: yaml.Value) -> yaml.Value:
    return [value] if isinstance(value, str) else value


def _kind(name: str) -> str:
    known = sorted(one.name for one in kinds.KINDS.values() if one.credential)
    if name not in known:
        problem = f"{secret.quote(name)} is not a kind of source that takes a credential."
        hint = fields.meant(name, known)
        raise fields.fault(problem, f"{hint} There are {', '.join(known)}.".strip())
    return name


_KIND = {"enum": sorted(one.name for one in kinds.KINDS.values() if one.credential)}


class EntryShape(model.Shape):
    """One credential of the agency's."""

    kind: Annotated[
        list[Annotated[str, BeforeValidator(_kind)]],
        WithJsonSchema({"anyOf": [_KIND, {"type": "array", "items": _KIND, "minItems": 1}]}),
    ] = Field(min_length=1, description="The kind of source that uses it, or a list of kinds.")
    credential: str = Field(
        description="Where the secret is, never the secret. local://NAME is sealed to the agency."
    )
    clients: list[str] = Field(
        min_length=1, max_length=_MOST, description="The ids of the clients that may use it."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One of them, as checked."""

    name: str
    kinds: frozenset[str]
    credential: str
    """A credential reference; ``local://agency/NAME`` where it is sealed here."""
    clients: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a source asks for."""

    client: str
    name: object
    """What stands behind ``agency:``."""
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What the agency declares; of what has a fault now, the last good version."""

    entries: Mapping[str, Shared] = field(default_factory=dict[str, Shared])
    found: tuple[views.Fault, ...] = ()
    seen: Mapping[Path, stamps.Stamp | None] = field(
        default_factory=dict[Path, stamps.Stamp | None]
    )
    """The stamp of the file: a change asks for another look."""

    def lend(self, wanted: Wanted, place: faults.Place, *, found: faults.Faults) -> Shared | None:
        """Return what a source names, where it may use it; otherwise note the fault."""
        name = wanted.name if isinstance(wanted.name, str) else ""
        entry = self.entries.get(name)
        if entry is None:
            known = fields.meant(name, self.entries)
            remedy = f"{known} Declare it there, with this client among its clients.".strip()
            found.add(place, f"{FILE} declares no {secret.quote(name)}.", remedy=remedy)
        elif wanted.client not in entry.clients:
            remedy = f"If it may use it, add {wanted.client} to its clients there."
            found.add(place, f"{FILE} does not name this client for {name}.", remedy=remedy)
        elif wanted.kind not in entry.kinds:
            fits = " and ".join(sorted(entry.kinds))
            remedy = f"Add {wanted.kind} to its kind in {FILE}, or name another."
            found.add(place, f"{name} is for sources of kind {fits}.", remedy=remedy)
        else:
            return entry
        return None

    def of(self, reference: str | None) -> str | None:
        """Return the name of what this credential reference is; None: it is not the agency's."""
        names = (one.name for one in self.entries.values() if one.credential == reference)
        return next(names, None)

    def lends(self, to: client.Client) -> bool:
        """Whether the client may still use all that its sources use of it."""
        used = lending.used(to)
        return all(name in self.entries and to.id in self.entries[name].clients for name in used)


NONE = InForce()


def load(folder: Path, *, previous: InForce = NONE) -> InForce:
    """Read agency.yaml; a folder without one declares nothing. Never raises for what stands there.

    An entry with a fault stays in force as it was before; so do all where nothing can be read.
    """
    seen = stamps.take_all([folder / FILE])
    if stamps.same(previous.seen) and previous.seen.keys() == seen.keys():
        return previous
    if not (folder / FILE).exists():
        return InForce(seen=seen)
    found = faults.Faults(client="", file=FILE)
    try:
        document = yaml.read(opening.read(folder, FILE, remedy=""))
    except yaml.Unreadable as error:
        problem = error.problem
        found.add((), problem.text, remedy=problem.remedy, line=problem.line)
        return InForce(entries=previous.entries, found=found.all(), seen=seen)
    found.lines = document.lines
    for problem in document.problems:
        found.add(problem.place, problem.text, remedy=problem.remedy, line=problem.line)
    read = {name: _entry(name, given, found=found) for name, given in document.data.items()}
    opening.secrets(document.data, found)
    fresh = {name: one or previous.entries.get(name) for name, one in read.items()}
    entries = {name: one for name, one in fresh.items() if one is not None}
    _declared_once(entries, found)
    return InForce(entries=entries, found=found.all(), seen=seen)


def _entry(name: str, given: yaml.Value, *, found: faults.Faults) -> Shared | None:
    if _NAME.fullmatch(name) is None:
        remedy = "Use a to z, 0 to 9, - and _, beginning with a letter, at most 40 characters."
        found.add((name,), f"{secret.quote(name)} cannot be a credential's name.", remedy=remedy)
        return None
    if not isinstance(given, dict):
        found.add((name,), "This is no declaration.", remedy="Write kind, credential and clients.")
        return None
    try:
        given = {**given, "kind": _listed(given["kind"])} if "kind" in given else given
        shape = EntryShape.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        plain.report(EntryShape, given, details=details, found=found, within=(name,))
        return None
    place: faults.Place = (name, "credential")
    reference = credential.check(_owned(shape.credential), place, found=found, agency=True)
    if reference is None:
        return None
    return Shared(
        name=name,
        kinds=frozenset(shape.kind),
        credential=reference,
        clients=frozenset(shape.clients),
    )


def _owned(reference: str) -> str:
    """What is sealed here is sealed to the agency: local://x is its own x, and no client's."""
    if not reference.startswith(_LOCAL) or reference.startswith(_OWN):
        return reference
    return _OWN + reference.removeprefix(_LOCAL)


def _declared_once(entries: Mapping[str, Shared], found: faults.Faults) -> None:
    first: dict[str, str] = {}
    for name, one in entries.items():
        other = first.setdefault(one.credential, name)
        if other != name:
            problem = f"{other} has the same credential."
            remedy = "Declare it once, with all its kinds and clients."
            found.add((name, "credential"), problem, remedy=remedy)


def schema() -> str:
    """Return the JSON Schema (draft 2020-12) of agency.yaml, as it stands in its file."""
    entry = EntryShape.model_json_schema()
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What the agency of reportops holds for its clients",
        "type": "object",
        "patternProperties": {f"^{_NAME.pattern}$": entry},
        "additionalProperties": False,
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
