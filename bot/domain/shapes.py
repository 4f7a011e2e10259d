"""Texts that give themselves away as secrets by their shape, whoever's they are."""

import re

MASK = "***"

_PLAIN = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|AGE-SECRET-KEY-1[0-9A-Z]{8,}"
    r"|xox[a-z]-[\w-]{4,}|xapp-[\w-]{4,}|hooks\.slack\.com/services/\w+/\w+/\w+"
    r"|sk-ant-[\w-]+|ya29\.[\w.-]+|A[KS]IA[0-9A-Z]{16}|AIza[\w-]{35}"
    r"|hv[sb]\.[\w-]{20,}|gh[pousr]_\w{30,}|EAA[0-9A-Za-z]{40,}"
)
_LOOSE = (
    r"|eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*|1//[\w-]{10,}"
    r"|[Bb][Ee][Aa][Rr][Ee][Rr] [\w.~+/-]{8,}=*"
    r"|[a-z][a-z0-9+.-]{1,20}://[^/@:\s]*:[^/@\s]+@"
)
_SURE = re.compile(_PLAIN + r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")
_ANY = re.compile(_PLAIN + _LOOSE)


def cleaned(text: str) -> str:
    """Return the text without whatever may be a secret: rather too much than too little."""
    return _ANY.sub(MASK, text)


def tells(text: str) -> bool:
    """Whether the text holds what is nothing else than a secret: rather too little, for a report
    is refused that does.
    """
    return _SURE.search(text) is not None
