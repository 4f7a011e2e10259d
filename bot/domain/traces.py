"""Whether a text that is about to be stored or posted holds a secret; pure.

What holds it is not known here: each word of the text is hashed as secrets are, and compared.
"""

import base64
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import cast
from urllib.parse import unquote

from bot.domain import credential, shapes

_LONGEST = 8192
_RUNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\S{8,}",
        r"[^\s\"'`“”‘’<>(){}\[\],;|*]{8,}",
        r"[^\s\"'`“”‘’<>(){}\[\],;|*=:&?@]{8,}",
        r"[\w+/=~-]{8,}",
    )
)
"""A secret's own characters are unknown: a word is whatever stands between blanks, or between
marks of one kind or another."""
_FIGURE = re.compile(r"[-+\d.,:TZ%]*")
_BASE64 = re.compile(r"[\w+/-]{12,}={0,2}")


def found(texts: Iterable[str], *, known: Collection[str], pepper: str) -> bool:
    """Whether a text has the shape of a secret, or a word whose print is known."""
    every = [text for text in texts if len(text) >= credential.SHORTEST]
    if any(shapes.tells(text) for text in every):
        return True
    if not known:
        return False
    words = {word for text in every for word in _words(text)}
    return any(one in known for word in words for one in credential.prints((word,), pepper=pepper))


def texts(value: object) -> Iterator[str]:
    """Yield every text in plain data, as JSON has it; the names of fields as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in cast("Mapping[object, object]", value).items():
            yield from texts(name)
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in cast("Iterable[object]", value):
            yield from texts(one)


def _words(text: str) -> Iterator[str]:
    words, plain = _runs(text), unquote(text)
    words.update(unquote(word) for word in tuple(words) if "%" in word)
    if plain != text:
        words |= _runs(plain)
    for encoded in {*_BASE64.findall(text), *_BASE64.findall(plain)}:
        words |= _runs(_decoded(encoded))
    for word in words:
        if not _FIGURE.fullmatch(word):
            yield word
            yield word.strip(".,:;!?…_~")
    yield from (line.strip() for line in (text, *text.splitlines()) if len(line) <= _LONGEST)


def _runs(text: str) -> set[str]:
    return {word for runs in _RUNS for word in runs.findall(text)}


def _decoded(text: str) -> str:
    """What base64 stands for; empty where that is no text."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4)).decode()
    except ValueError:
        return ""
