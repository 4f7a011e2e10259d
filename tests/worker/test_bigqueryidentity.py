"""Whose data a BigQuery project is: asked of the project itself, for nothing."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot import errors
from bot.demo import bigquery
from bot.domain import report
from bot.domain.run import FailureCode
from bot.worker.sources import base
from tests.contract import benches


@pytest.fixture
def doubles() -> Iterator[benches.Doubles]:
    with ExitStack() as stack:
        yield benches.filled(stack)


@pytest.fixture
def bench(doubles: benches.Doubles, tmp_path: Path) -> Iterator[benches.Bench]:
    with benches.bigquery_with(doubles, tmp_path) as made:
        yield made


def _with(bench: benches.Bench, **settings: object) -> None:
    source = bench.access.spec
    changed = replace(source, settings={**source.settings, **settings})
    bench.access = replace(bench.access, spec=changed)


def _told(bench: benches.Bench) -> report.Identity:
    assert isinstance(bench.source, base.Telling)
    return bench.source.identity()


def test_the_project_and_its_data_set_are_asked_for_nothing(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    told = _told(bench)
    assert (told.name, told.account) == ("acme-analytics.shop", "acme-analytics.shop")
    assert doubles.warehouse.jobs == ()


@pytest.mark.parametrize("project", ["acme-analytics", "acme-typed-wrong"])
def test_a_project_or_data_set_that_is_not_there_is_told_at_its_opening(
    bench: benches.Bench, doubles: benches.Doubles, project: str
) -> None:
    if project == "acme-analytics":
        _with(bench, dataset="shp")
        wanted = "the data set acme-analytics.shp is not there"
    else:
        gone = bigquery.Fault(reason="notFound", message=f"Not found: Project {project}")
        doubles.warehouse.fail(gone, call="insert")
        _with(bench, project=project)
        wanted = f"the project {project} is not there"
    with pytest.raises(errors.RunError) as caught:
        _told(bench)
    failure = caught.value.failure
    assert failure.code is FailureCode.NOT_FOUND
    assert errors.describe(failure, source_label="BigQuery") == (
        f"BigQuery does not know what its entry in client.yaml asks for: {wanted}."
    )
    assert failure.said.startswith("Not found: ")


def test_a_project_that_lets_us_ask_nothing_is_denied_at_its_opening(bench: benches.Bench) -> None:
    _with(bench, project="globex-analytics")
    with pytest.raises(errors.RunError) as caught:
        _told(bench)
    assert caught.value.failure.code is FailureCode.PERMISSION_DENIED


def test_who_may_read_single_tables_only_is_let_in(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    hidden = bigquery.Fault(reason="accessDenied", message="no bigquery.datasets.get")
    doubles.warehouse.fail(hidden, call="dataset")
    assert _told(bench).account == "acme-analytics.shop"
