"""Sources: the kind's own settings, the credential reference, and whose data it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot import kinds
from bot.catalog import agency, credential, faults, fields, plain, secret, yaml
from bot.domain import spec

KIND, CREDENTIAL, AGENCY = "kind", "credential", "agency"
_GIVEN = frozenset({KIND, CREDENTIAL, AGENCY})
_REMOVE = "Remove the line."


def build(
    given: Mapping[str, yaml.Value],
    folder: Path,
    *,
    shared: agency.InForce,
    found: faults.Faults,
) -> dict[str, spec.SourceSpec]:
    """Return the sources that hold together, by name; the rest goes to ``found``."""
    here = _Here(folder=folder, shared=shared, found=found)
    built = {
        name: _source(name, settings, here=here)
        for name, settings in given.items()
        if isinstance(settings, dict)
    }
    return {name: source for name, source in built.items() if source is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """Whose sources these are, and what the agency lets them use."""

    folder: Path
    shared: agency.InForce
    found: faults.Faults


def _source(name: str, given: dict[str, yaml.Value], *, here: _Here) -> spec.SourceSpec | None:
    found, folder = here.found, here.folder
    place: faults.Place = ("sources", name)
    kind = _kind(given, place, found=found)
    if kind is None:
        return None
    own = {key: value for key, value in given.items() if key not in _GIVEN}
    lent = _lent(kind, given, here=here, place=place)
    reference = lent.credential if lent else _own(kind, given, here=here, place=place)
    try:
        settings = kind.settings.model_validate(own)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        plain.report(kind.settings, own, details=details, found=found, within=place)
        return None
    for problem in kind.problems(settings, folder):
        found.add((*place, problem.key), problem.problem, remedy=problem.remedy)
    return spec.SourceSpec(
        name=name,
        kind=kind.name,
        settings=settings.model_dump(mode="json", exclude_none=True),
        credential=reference,
        agency=lent.name if lent else None,
        identity=kind.identity(settings, folder),
    )


def _kind(
    given: Mapping[str, yaml.Value], place: faults.Place, *, found: faults.Faults
) -> kinds.Kind | None:
    known = ", ".join(sorted(kinds.KINDS))
    text = given.get(KIND)
    if not isinstance(text, str):
        found.add((*place, KIND), "A source needs its kind.", remedy=f"There are {known}.")
        return None
    if text in kinds.KINDS:
        return kinds.KINDS[text]
    if text in kinds.KINDS.broken:
        remedy = "Install a version of it that works with this reportops, or remove the source."
        found.add((*place, KIND), kinds.KINDS.broken[text], remedy=remedy)
        return None
    hint = fields.meant(text, kinds.KINDS)
    problem = f"{secret.quote(text)} is not a kind of source."
    found.add((*place, KIND), problem, remedy=f"{hint} There are {known}.".strip())
    return None


def _own(
    kind: kinds.Kind, given: Mapping[str, yaml.Value], *, here: _Here, place: faults.Place
) -> str | None:
    inner, found = (*place, CREDENTIAL), here.found
    silent = _silent(kind, given)
    if silent and CREDENTIAL in given:
        problem = f"{silent} takes no credential (the value is not repeated)."
        found.add(inner, problem, remedy=_REMOVE)
    elif CREDENTIAL in given:
        reference = credential.check(given[CREDENTIAL], inner, found=found)
        owner = here.shared.of(reference)
        if owner is None:
            return reference
        problem = f"{reference} is the agency's, as {agency.FILE} declares."
        found.add(inner, problem, remedy=f"Write agency: {owner} in place of credential.")
    elif not silent and AGENCY not in given:
        problem = f"A {kind.name} source needs a credential."
        remedy = "Write credential: local://NAME, or agency: and the name of one of the agency's."
        found.add(inner, problem, remedy=remedy)
    return None


def _silent(kind: kinds.Kind, given: Mapping[str, yaml.Value]) -> str:
    """What a source is called that nobody signs in to; empty: somebody does."""
    if not kind.credential:
        return f"A {kind.name} source"
    key, value = kind.unsigned or ("", "")
    is_open = bool(key) and given.get(key) == value
    return f"A {kind.name} source with {key}: {value}" if is_open else ""


def _lent(
    kind: kinds.Kind, given: Mapping[str, yaml.Value], *, here: _Here, place: faults.Place
) -> agency.Shared | None:
    """The agency's credential that the source names, where it may use it."""
    if AGENCY not in given:
        return None
    inner = (*place, AGENCY)
    if silent := _silent(kind, given):
        here.found.add(inner, f"{silent} takes no credential.", remedy=_REMOVE)
        return None
    if CREDENTIAL in given:
        problem = "A source has a credential of its own or the agency's, not both."
        here.found.add(inner, problem, remedy="Keep one of the two lines.")
        return None
    wanted = agency.Wanted(client=here.folder.name, name=given[AGENCY], kind=kind.name)
    return here.shared.lend(wanted, inner, found=here.found)
