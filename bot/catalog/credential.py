"""Credential references: URIs that are safe to show. A value that is none is never repeated."""

import re

from bot.catalog import faults, secret
from bot.domain import reference
from bot.domain.reference import Scheme


def _pattern() -> str:
    own = {**reference.FORMS, Scheme.LOCAL: reference.FORMS[Scheme.LOCAL].rpartition(")?")[2]}
    versions = {Scheme.GCP: r"(?:/versions/(?:latest|[1-9][0-9]*))?"}
    fields = dict.fromkeys(reference.FIELDED, f"(?:#{reference.FIELD})?")
    forms = [
        f"{scheme.value}://{form}{versions.get(scheme, '')}{fields.get(scheme, '')}"
        for scheme, form in own.items()
    ]
    return f"^(?:{'|'.join(forms)})$"


PATTERN = _pattern()
"""As JSON Schema says it."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{1,20})://")
_KNOWN = frozenset(Scheme)
_MEANT = {
    **dict.fromkeys(("gsm", "gcpsm", "gcp"), Scheme.GCP),
    **dict.fromkeys(("awssm", "ssm", "aws"), Scheme.AWS),
    **dict.fromkeys(("openbao", "bao"), Scheme.VAULT),
    **dict.fromkeys(("age", "file", "sealed"), Scheme.LOCAL),
}
"""Names that others have for a store."""
_OURS = ("SLACK_", "REPORTOPS_", "LD_", "PYTHON")
_OWN = frozenset({"ANTHROPIC_API_KEY", "PATH", "HOME", "USER", "SHELL", "LANG", "TMPDIR"})

WRITE = (
    "Write credential: local://ITS_NAME, and give the secret to reportops credential set, "
    "which seals it."
)
"""What to do with a secret that stands where its reference should."""


def check(
    given: object, place: faults.Place, *, found: faults.Faults, agency: bool = False
) -> str | None:
    """Return the reference where it is one; otherwise note the fault, never the value.

    ``agency``: it stands in the agency's own file, where ``local://agency/NAME`` may be named.
    """
    text = given if isinstance(given, str) else ""
    try:
        asked = reference.parse(text)
    except ValueError as fault:
        problem, remedy = _refusal(text, str(fault))
        found.add(place, problem, remedy=remedy)
        return None
    if secret.looks_secret(asked.path):
        problem, remedy = _refusal("", "")
        found.add(place, problem, remedy=remedy)
        return None
    refused = _foreign(asked, agency=agency)
    if refused is None:
        return str(asked)
    found.add(place, refused[0], remedy=refused[1])
    return None


def _foreign(asked: reference.Reference, *, agency: bool) -> tuple[str, str] | None:
    """What is wrong with a reference that could be one, and what to write."""
    if asked.scheme is Scheme.ENV and (asked.path in _OWN or asked.path.startswith(_OURS)):
        said = f"{asked} belongs to the bot itself, not to a client."
        return said, "Name a variable of this client's own."
    if asked.version is not None and asked.scheme is not Scheme.GCP:
        said = f"{asked} names one version; the bot itself says which is in force."
        return said, "Leave the version out."
    whose = asked.path.rpartition("/")[0] if asked.scheme is Scheme.LOCAL else ""
    waits = asked.scheme is Scheme.LOCAL and asked.name.startswith(reference.WAITING)
    if whose == reference.BOT or waits:
        return f"{asked} belongs to the bot itself.", "Name one of this client's own."
    if whose == reference.AGENCY and not agency:
        said = f"{asked} is the agency's, not this client's."
        return said, f"Write agency: {asked.name} in place of credential:."
    return None


def _refusal(text: str, fault: str) -> tuple[str, str]:
    scheme = _SCHEME.match(text)
    if not scheme:
        said = "This is not a credential reference (the value is not repeated)."
        return said, f"{WRITE} If a secret was pasted here, it must be replaced."
    if scheme[1] in _KNOWN:
        one = reference.EXAMPLES[Scheme(scheme[1])]
        said = f"This is no reference of {scheme[1]}:// (it is not repeated)."
        return said, f"Write {one}." if fault.startswith("write ") else f"Mend it: {fault}."
    if scheme[1] in _MEANT:
        meant = _MEANT[scheme[1]]
        return f"{scheme[1]}:// is no kind of credential reference.", (
            f"Write {reference.EXAMPLES[meant]}."
        )
    return f"{scheme[1]}:// is no kind of credential reference.", WRITE
