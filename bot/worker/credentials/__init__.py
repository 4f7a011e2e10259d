"""The credentials of one order: opened here, inside the walls, when they are asked for."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Protocol, cast

from bot import errors, wire
from bot.domain import credential as known
from bot.domain import run, spec
from bot.domain.reference import Reference, Scheme, parse
from bot.domain.run import FailureCode
from bot.kinds import leaves, mask
from bot.kinds.typed import entry
from bot.worker import sources
from bot.worker.sources import base

STORES: Mapping[Scheme, str] = {
    Scheme.ENV: "bot.worker.credentials.env",
    Scheme.LOCAL: "bot.worker.credentials.local",
    Scheme.KEYRING: "bot.worker.credentials.keyring",
    Scheme.AWS: "bot.worker.credentials.aws",
    Scheme.GCP: "bot.worker.credentials.gcp",
    Scheme.VAULT: "bot.worker.credentials.vault",
}
"""Store → the module that offers ``fetch``; its client library is imported by who needs it."""
EXTRAS: Mapping[Scheme, str] = {
    Scheme.KEYRING: "keyring",
    Scheme.AWS: "aws",
    Scheme.GCP: "gcp",
    Scheme.VAULT: "vault",
}
"""Store → the extra that installs its client library."""
Ordered = wire.RunOrder | wire.CheckOrder


class Keys:
    """One order's credentials, each opened once. ``mask`` learns all that is opened."""

    def __init__(self, order: Ordered) -> None:
        self.order = order
        self.mask = mask.Mask(order.secrets)
        self._texts: dict[str, str] = {}
        self._seen: dict[str, known.Seen] = {}
        self._turn = threading.RLock()
        """Sources are opened side by side, and one credential may be used by several."""

    def text(self, named: str) -> str:
        """Return the text of a credential reference, at least one character of it not a blank.

        Blocks. Raises RunError that names the reference and never quotes the text.
        """
        with self._turn:
            if named not in self._texts:
                self._texts[named] = self._fetched(named)
            return self._texts[named]

    def credential(self, source: spec.SourceSpec) -> object | None:
        """Return the typed credential of a source; None where it names none.

        Blocks. Raises RunError that names source and reference and never quotes the text.
        """
        if source.credential is None:
            return None
        try:
            text = self.text(source.credential)
            return sources.parser(source)(text)
        except errors.RunError as error:
            raise _about(source, error.failure) from None
        except ValueError as fault:
            params = {"fault": str(fault)}
            failure = run.Failure(code=FailureCode.CREDENTIAL_INVALID, params=params)
            raise _about(source, failure) from None

    def learn(self, secret: str) -> None:
        """Mask from here on what a store or a source made of a credential, such as a token."""
        self.mask.learn(secret)

    def lasts(self, named: str, life: base.Life) -> None:
        """Note what the other side tells of a credential: the first end counts, of all told."""
        with self._turn:
            seen = self._seen.get(named)
            if seen is None:
                return
            if life.ends and (seen.expires_at is None or life.ends.at < seen.expires_at):
                seen = replace(seen, expires_at=life.ends.at, expires_what=life.ends.what)
            self._seen[named] = replace(seen, made_at=seen.made_at or life.made_at)

    @property
    def seen(self) -> tuple[known.Seen, ...]:
        """What may be told of each credential that was opened."""
        with self._turn:
            return tuple(self._seen.values())

    def _fetched(self, named: str) -> str:
        try:
            asked = parse(named)
        except ValueError as fault:
            raise failed(named, FailureCode.CONFIGURATION, fault=str(fault)) from None
        text = store(asked).fetch(asked, self)
        self.learn(text)
        if not text.strip():
            raise failed(named, FailureCode.CREDENTIAL_MISSING)
        if self.order.pepper:
            self._seen[named] = _seen(asked, text, pepper=self.order.pepper)
        return text


class Store(Protocol):
    """What the module of a store offers."""

    def fetch(self, asked: Reference, keys: Keys) -> str:
        """Return the text; blocks. Raises RunError, made by ``failed``, that quotes nothing of it.

        ``keys`` opens what the store itself signs in with, masks what it minted, and has the order.
        """
        ...


def _seen(asked: Reference, text: str, *, pepper: str) -> known.Seen:
    ends = entry.ends_of(text)
    return known.Seen(
        reference=str(asked),
        prints=known.prints(leaves.of(text), pepper=pepper),
        own=known.prints(leaves.own(text), pepper=pepper),
        expires_at=None if ends is None else ends.at,
        expires_what="" if ends is None else ends.what,
        made_at=entry.made_at_of(text),
        version=asked.version or "",
    )


def failed(named: object, code: FailureCode, **params: str) -> errors.RunError:
    """Return the error to raise about a reference; ``params`` fill the sentence of the code."""
    bounded = {key: value[:200] for key, value in params.items() if value}
    return errors.RunError(run.Failure(code=code, reference=str(named), params=bounded))


def store(asked: Reference) -> Store:
    """Return the module that asks for it; raises RunError where its library is missing."""
    try:
        return cast("Store", import_module(STORES[asked.scheme]))
    except ImportError as error:
        extra = EXTRAS.get(asked.scheme)
        command = f"pip install 'reportops[{extra}]'" if extra else f"pip install {error.name}"
        raise failed(asked, FailureCode.PACKAGE_MISSING, command=command) from None


def _about(source: spec.SourceSpec, failure: run.Failure) -> errors.RunError:
    """The failure as one of its source; what its store needed itself keeps its own name."""
    named = failure.reference or source.credential
    told = replace(failure, source=source.name, kind=source.kind, reference=named)
    return errors.RunError(told)
