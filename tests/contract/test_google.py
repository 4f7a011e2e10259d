"""Google's services that are asked by requests, inside a walled run."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bot.domain.run import FailureCode
from tests.contract import behind, benches, googlebenches

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]


@pytest.fixture(params=["ga4", "google_sheets"])
def bench(request: pytest.FixtureRequest, house: behind.House) -> Iterator[googlebenches.Bench]:
    kind = str(request.param)
    makes = {"ga4": googlebenches.analytics, "google_sheets": googlebenches.targets}
    folder = house.folder(f"{kind}-{request.function.__name__}")
    with ExitStack() as stack:
        made = stack.enter_context(makes[kind](folder))
        made.opener = house.opener(made)
        yield made


def test_it_is_read_inside_the_walls(bench: googlebenches.Bench) -> None:
    first = bench.asked().table.rows[0][0]
    assert first == (7 if bench.kind == "ga4" else 48000)


def test_a_person_signs_in_through_the_walls(bench: googlebenches.Bench) -> None:
    bench.signed(bench.accounts.authorized_user("claire@acme.example", benches.PROJECT))
    assert bench.asked().table.rows
    assert bench.accounts.requests == 1


def test_a_failure_crosses_the_walls_with_its_words(bench: googlebenches.Bench) -> None:
    wrong = {"metrics": ["sesions"]} if bench.kind == "ga4" else {"range": "Gone!A1"}
    failure = bench.failure(wrong)
    assert failure.code is FailureCode.QUERY_INVALID
    assert failure.said


def test_a_slow_answer_ends_at_the_deadline(bench: googlebenches.Bench) -> None:
    bench.api.slow(60)
    bench.hurry(0.3)
    assert bench.failure().code is FailureCode.SOURCE_TIMEOUT
