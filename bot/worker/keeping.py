"""A credential written into the store that keeps it, by its client's own identity.

A life that ends between the writing and its answer is found out by the next one, which asks the
same again: what is in force already is told, and not written twice.
"""

from typing import Protocol, cast

from bot import errors, wire
from bot.domain.kept import Keep
from bot.domain.reference import Reference, parse
from bot.domain.run import FailureCode
from bot.worker import credentials
from bot.worker.credentials.asking import Asking, Found

_OTHER = "somebody else has written it meanwhile, and it was left alone"


class Versioned(Protocol):
    """What the module of a store that keeps versions offers."""

    def read(self, asked: Reference, keys: credentials.Keys) -> Found:
        """Return the text, and which version it is; raises RunError."""
        ...

    def write(self, asked: Reference, text: str, *, keys: credentials.Keys) -> str:
        """Write a new version, which is in force then, and return which; raises RunError."""
        ...


def keep(what: Keep, keys: credentials.Keys) -> wire.Source:
    """Do it, and tell which version is in force now; blocks."""
    (name,) = keys.order.client.sources
    try:
        return wire.Source(name=name, version=_kept(what, keys))
    except errors.RunError as error:
        return wire.Source(name=name, failure=error.failure)


def _kept(what: Keep, keys: credentials.Keys) -> str:
    asked = parse(what.into)
    store = cast("Versioned", credentials.store(asked))
    there = _there(store, asked, keys=keys)
    if what.text is None:
        return there.version
    text = keys.text(what.text)
    if there.version and there.text == text:
        return there.version
    if what.over is not None and there.version != what.over:
        raise Asking(asked, keys).failed(FailureCode.STORE_FAULT, fault=_OTHER)
    return store.write(asked, text, keys=keys)


def _there(store: Versioned, asked: Reference, *, keys: credentials.Keys) -> Found:
    """What is in force; of a secret that is not there yet, no version."""
    try:
        found = store.read(asked, keys)
    except errors.RunError as error:
        if error.failure.code is not FailureCode.STORE_LACKS:
            raise
        return Found(text="")
    keys.learn(found.text)
    return found
