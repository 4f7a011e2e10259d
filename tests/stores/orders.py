"""An order whose client names stores, and what comes of asking for one of its credentials."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import errors, wire
from bot.domain import ids, run
from bot.worker.credentials import Keys
from tests import samples

Stores = Mapping[str, Mapping[str, object]]


def keys(
    stores: Stores,
    texts: Mapping[str, str],
    *,
    doubles: Mapping[str, str],
    folder: Path | None = None,
    client: str = "acme",
) -> Keys:
    """Return a client's keys; ``texts`` are what its references without a network stand for."""
    of = replace(
        samples.CLIENT,
        id=ids.ClientId(client),
        stores=stores,
        folder=folder or samples.CLIENT.folder,
    )
    return Keys(
        wire.CheckOrder(
            client=of,
            as_of=datetime(2026, 5, 4, tzinfo=UTC),
            credentials=texts,
            deadline_seconds=5.0,
            scratch=Path("unused"),
            environment=doubles,
        )
    )


def failure(ask: Callable[[], object]) -> run.Failure:
    """Ask; return what it failed with, which must be told in whole sentences."""
    with pytest.raises(errors.RunError) as caught:
        ask()
    found = caught.value.failure
    for words in (errors.describe(found), errors.remedy(found)):
        assert words.endswith((".", "Retry."))
        assert "$" not in words
        assert len(words) < 400
    return found


def told(ask: Callable[[], object]) -> str:
    """As ``failure``; return the sentence for operators."""
    return errors.describe(failure(ask))
