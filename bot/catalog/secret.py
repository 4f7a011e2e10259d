"""Texts that look like secrets: they are refused in files and never echoed."""

import re

_VARIED = 12
"""Distinct characters of a run that make it a key and not a word or a rule."""
SHOWN = 60
"""How much of a wrong value a fault repeats."""

_KNOWN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\bxox[a-z]-\w|\bxapp-\w"
    r"|\bsk-[A-Za-z0-9_-]{8,}"
    r"|\bAIza[\w-]{20,}|\bya29\.[\w-]+|\b1//0[\w-]{10,}"
    r"|\bgh[pousr]_\w{10,}|\bgithub_pat_\w"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{4,}"
    r"|\bprivate_key\b\W|\bclient_secret\b\W|\brefresh_token\b\W"
    r"|\b(?:password|passwd|pwd)\s*=\s*\S"
    r"|://[^/\s:@]+:[^/\s@]+@"
)
_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_KEY = re.compile(
    r"secret|passw|pwd|token|private|api_?key|access_?key|credentials?_json", re.IGNORECASE
)


def looks_secret(text: str) -> bool:
    """Whether the text holds the mark of a known kind of secret."""
    return _KNOWN.search(text) is not None


def is_blob(text: str) -> bool:
    """Whether the text holds a long run of key-like characters, as secrets without a mark do."""
    return any(
        len(set(found)) >= _VARIED
        and any(c.isdigit() for c in found)
        and any(c.isalpha() for c in found)
        for found in _BLOB.findall(text)
    )


def is_secret_key(key: str) -> bool:
    """Whether a key's own name says that a secret stands behind it."""
    return _KEY.search(key) is not None


def quote(text: str) -> str:
    """Return the text in quotes for a fault: bounded, on one line, and never a secret."""
    if looks_secret(text) or is_blob(text):
        return "the value (not repeated, it looks like a secret)"
    flat = "".join(c if c.isprintable() else " " for c in text)
    return f"“{flat[:SHOWN]}…”" if len(flat) > SHOWN else f"“{flat}”"


def masked(text: str) -> str:
    """Return the text without any word that looks like a secret: the last guard of every fault."""
    if not looks_secret(text):
        return text
    left = " ".join("…" if looks_secret(word) else word for word in text.split(" "))
    return "It is not repeated: it looks like a secret." if looks_secret(left) else left
