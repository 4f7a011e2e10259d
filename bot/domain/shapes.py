"""Texts that give themselves away as secrets by their shape, whoever's they are."""

import re
from collections.abc import Mapping

MASK = "***"

_SURE: Mapping[str, str] = {
    "-----BEGIN ": (
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    ),
    "AGE-SECRET-KEY-": r"AGE-SECRET-KEY-1[0-9A-Z]{8,}",
    "xox": r"xox[a-z]-[\w-]{4,}",
    "xapp-": r"xapp-[\w-]{4,}",
    "hooks.slack.com": r"hooks\.slack\.com/services/\w+/\w+/\w+",
    "sk-ant-": r"sk-ant-[\w-]+",
    "ya29.": r"ya29\.[\w.-]+",
    "AKIA": r"AKIA[0-9A-Z]{16}",
    "ASIA": r"ASIA[0-9A-Z]{16}",
    "AIza": r"AIza[\w-]{35}",
    "hv": r"hv[sb]\.[\w-]{20,}",
    "gh": r"gh[pousr]_\w{30,}",
    "EAA": r"EAA[0-9A-Za-z]{40,}",
    "eyJ": r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
}
"""What stands in such a text → its shape; few texts hold the first, which is found far faster."""
_LOOSE: Mapping[str, str] = {
    "eyJ": r"eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*",
    "1//": r"1//[\w-]{10,}",
    "earer ": r"[Bb]earer [\w.~+/-]{8,}=*",
    "EARER ": r"BEARER [\w.~+/-]{8,}=*",
    "://": r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}://[^/@:\s]*:[^/@\s]+@",
}


def _compiled(shapes: Mapping[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((mark, re.compile(shape)) for mark, shape in shapes.items())


_TELLING = _compiled(_SURE)
_ALL = (*_TELLING, *_compiled(_LOOSE))


def cleaned(text: str) -> str:
    """Return the text without whatever may be a secret: rather too much than too little."""
    for mark, shape in _ALL:
        if mark in text:
            text = shape.sub(MASK, text)
    return text


def tells(text: str) -> bool:
    """Whether the text holds what is nothing else than a secret: rather too little, for a report
    is refused that does.
    """
    return any(mark in text and shape.search(text) for mark, shape in _TELLING)
