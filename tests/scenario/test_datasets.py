"""Real data sets, run as clients from the shell, give the answers that were worked out for them.

The data stands beside the checkout and is not ours to commit; without it these tests skip.
"""

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

HERE = Path(__file__).parent / "datasets"
DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = {
    "meridian": "acme_ads_meridian",
    "merchandise": "acme_ga4",
    "resort": "pvcp_resort_hotel",
    "pipeline": "xyz_crm",
}
MONEY = ("spend", "revenue", "usd", "eur", "value")
Week = Mapping[str, Mapping[str, float | None]]


def _weeks() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, folder in SETS.items():
        file = DATA / folder / "expected.json"
        if file.exists():
            weeks = json.loads(file.read_text("utf-8"))["weeks"]
            found += [(name, week["iso_week"]) for week in weeks]
    return found


def _expected(name: str, iso_week: str) -> Week:
    weeks = json.loads((DATA / SETS[name] / "expected.json").read_text("utf-8"))["weeks"]
    return cast("Week", next(week for week in weeks if week["iso_week"] == iso_week))


def _client(name: str, clients: Path) -> None:
    shutil.copytree(HERE / name, clients / name)
    for file in (DATA / SETS[name]).glob("*.csv.gz"):
        shutil.copyfile(file, clients / name / file.name)


def _tolerance(metric: str) -> float:
    if metric == "cost_per_conversion":
        return 1e-6
    return 0.005 if any(part in metric for part in MONEY) else 1e-4


def _run(name: str, iso_week: str, clients: Path) -> Mapping[str, Mapping[str, float | None]]:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "run", name, "--period", iso_week, "--output", "json"],
        env={"PATH": os.defpath, "REPORTOPS_CLIENTS_DIR": str(clients), "HOME": str(clients)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)["metrics"]


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the data sets of ../shared/data are not here")
@pytest.mark.parametrize(("name", "iso_week"), _weeks())
def test_a_week_of_a_data_set_gives_its_known_figures(
    name: str, iso_week: str, tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)  # as root, runs are somebody else
    _client(name, tmp_path)
    metrics = _run(name, iso_week, tmp_path)
    expected = _expected(name, iso_week)
    for metric, value in expected["current"].items():
        found = metrics[metric]
        within = _tolerance(metric)
        _same(found["value"], value, within)
        _same(found["previous"], expected["previous"][metric], within)
        change = found["change"]
        _same(None if change is None else change * 100, expected["change_pct"][metric], 1e-3)


def _same(found: float | None, expected: float | None, within: float) -> None:
    if expected is None or found is None:
        assert found is expected
    else:
        assert math.isclose(found, expected, rel_tol=0, abs_tol=within)
