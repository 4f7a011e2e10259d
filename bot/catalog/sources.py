"""Sources: the kind's own settings, the credential reference, and whose data it is."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot import kinds
from bot.catalog import credential, faults, fields, plain, secret, yaml
from bot.domain import spec

KIND, CREDENTIAL = "kind", "credential"


def build(
    given: Mapping[str, yaml.Value], folder: Path, *, found: faults.Faults
) -> dict[str, spec.SourceSpec]:
    """Return the sources that hold together, by name; the rest goes to ``found``."""
    built = {
        name: _source(name, settings, folder=folder, found=found)
        for name, settings in given.items()
        if isinstance(settings, dict)
    }
    return {name: source for name, source in built.items() if source is not None}


def _source(
    name: str, given: dict[str, yaml.Value], *, folder: Path, found: faults.Faults
) -> spec.SourceSpec | None:
    place: faults.Place = ("sources", name)
    kind = _kind(given, place, found=found)
    if kind is None:
        return None
    own = {key: value for key, value in given.items() if key not in {KIND, CREDENTIAL}}
    reference = _credential(kind, given, place=place, found=found)
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


def _credential(
    kind: kinds.Kind, given: Mapping[str, yaml.Value], *, place: faults.Place, found: faults.Faults
) -> str | None:
    inner = (*place, CREDENTIAL)
    if not kind.credential and CREDENTIAL in given:
        problem = f"A {kind.name} source takes no credential (the value is not repeated)."
        found.add(inner, problem, remedy="Remove the line.")
    elif kind.credential and CREDENTIAL not in given:
        problem = f"A {kind.name} source needs a credential."
        found.add(inner, problem, remedy="Write credential: env://ITS_NAME.")
    elif kind.credential:
        return credential.check(given[CREDENTIAL], inner, found=found)
    return None
