"""What asking any store over the network has in common: as whom, where, and how it goes wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast

from bot import errors
from bot.domain.reference import Reference
from bot.domain.run import FailureCode
from bot.kinds import Settings, stores
from bot.worker import credentials

if TYPE_CHECKING:
    from bot.worker.credentials import Keys

S = TypeVar("S", bound=Settings)

SECONDS = 10
"""How long one request may take."""
VALUE = "value"
"""The field that is meant where a reference names none, and there is one of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a store gave: the text, and what it knows of it."""

    text: str = field(repr=False)
    version: str = ""
    """As the store calls it."""
    made_at: datetime | None = None
    expires_at: datetime | None = None


class Asking:
    """One credential that is read or written, for one client."""

    def __init__(self, asked: Reference, keys: "Keys") -> None:
        self.asked = asked
        self.keys = keys
        self._store = stores.STORES[asked.scheme.value]

    @property
    def client(self) -> str:
        """Whose run it is."""
        return self.keys.order.client.id

    def settings(self, form: type[S]) -> S:
        """Return what the client's file says of the store; RunError where it says nothing."""
        found = stores.settings(self.keys.order.client.stores, self._store)
        if isinstance(found, form):
            return found
        fault = f"{self.asked} needs stores: {self._store.section}: in client.yaml"
        raise self.failed(FailureCode.CONFIGURATION, fault=fault)

    def address(self, real: str) -> str:
        """Return where the store is: ``real``, or the double that the operator named for it."""
        return self.keys.order.environment.get(self._store.scheme, real)

    def failed(self, code: FailureCode, **params: str) -> errors.RunError:
        """Return the error to raise; ``params`` fill the sentence, with nothing of a secret."""
        return credentials.failed(self.asked, code, store=self._store.label, **params)

    def by_hand(self) -> str:
        """Return what a person types who may write it."""
        return self._store.by_hand(self.asked.path, self.asked.field or "")

    def one(self, fields: Mapping[str, object]) -> str:
        """Return the field that is meant; raises RunError. Without any it is the whole, as JSON."""
        name = self.asked.field or (VALUE if VALUE in fields else None)
        if name is None:
            return json.dumps(fields)
        if name not in fields:
            raise self.failed(FailureCode.STORE_LACKS, fault=f"the secret has no field “{name}”")
        value = fields[name]
        return value if isinstance(value, str) else json.dumps(value)

    def fields(self, text: str) -> dict[str, object]:
        """Return the fields of a secret that is one JSON object; raises RunError."""
        try:
            read: object = json.loads(text)
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            fault = "the secret is not JSON, and so has no fields"
            raise self.failed(FailureCode.STORE_LACKS, fault=fault)
        return cast("dict[str, object]", read)
