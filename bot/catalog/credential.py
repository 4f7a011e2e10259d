"""Credential references: URIs that are safe to show. A value that is none is never repeated."""

import re

from bot.catalog import faults, secret

PATTERN = "^env://[A-Z_][A-Z0-9_]{0,99}$"
"""As JSON Schema says it."""
_ENV = re.compile(r"env://([A-Z_][A-Z0-9_]{0,99})")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{1,20})://")
_LATER = frozenset(
    {"file", "keyring", "vault", "gcp-sm", "gcpsm", "gsm", "aws-sm", "awssm", "ssm", "op", "azure"}
)
_OURS = ("SLACK_", "REPORTOPS_", "LD_", "PYTHON")
_OWN = frozenset({"ANTHROPIC_API_KEY", "PATH", "HOME", "USER", "SHELL", "LANG", "TMPDIR"})

_WRITE = "Put the secret into an environment variable and write credential: env://ITS_NAME."


def check(reference: object, place: faults.Place, *, found: faults.Faults) -> str | None:
    """Return the reference where it is one; otherwise note the fault, never the value."""
    text = reference if isinstance(reference, str) else ""
    name = _ENV.fullmatch(text)
    if name is None or secret.looks_secret(name[1]):
        problem, remedy = _refusal(text)
        found.add(place, problem, remedy=remedy)
        return None
    if name[1] in _OWN or name[1].startswith(_OURS):
        said = f"{text} belongs to the bot itself, not to a client."
        found.add(place, said, remedy="Name a variable of this client's own.")
        return None
    return text


def _refusal(text: str) -> tuple[str, str]:
    scheme = _SCHEME.match(text)
    if not scheme:
        said = "This is not a credential reference (the value is not repeated)."
        return said, _WRITE + " If a secret was pasted here, it must be replaced."
    if scheme[1] == "env":
        said = "The reference does not name an environment variable (it is not repeated)."
        return said, "Write env:// and a name of A to Z, 0 to 9 and _, as in env://GLOBEX_BIGQUERY."
    if scheme[1] in _LATER:
        return f"References of {scheme[1]}:// come with a later version.", _WRITE
    return f"{scheme[1]}:// is no kind of credential reference.", _WRITE
