"""One guard and one folder of clients for the walled runs of each module."""

from collections.abc import Iterator

import pytest

from tests.contract import behind


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[behind.House]:
    with behind.house(tmp_path_factory.mktemp("clients")) as made:
        yield made
