"""Two clients never use one thing unless both say so: copying a folder posts nothing anywhere."""

from pathlib import Path

import pytest

from bot.catalog import load
from bot.domain import ids
from tests.catalog import folder


def load_two(root: Path, first: str, second: str) -> load.Catalog:
    folder.write(root, "acme", first)
    folder.write(root, "globex", second)
    return load.load(root, demo=False)


def test_a_copied_folder_is_refused_and_so_is_the_one_it_was_copied_from(tmp_path: Path) -> None:
    catalog = load_two(tmp_path, folder.GOOD, folder.GOOD)
    assert catalog.clients == {}
    assert {(fault.client, fault.key) for fault in catalog.faults} == {
        (name, key)
        for name in ("acme", "globex")
        for key in ("channel", "sources.warehouse", "sources.warehouse.credential")
    }
    first = catalog.faults[0]
    assert (first.file, first.line) == ("acme/client.yaml", 2)
    assert "globex uses the channel C0GLOBEX1 too" in first.problem
    assert "shares: [globex] here and shares: [acme] in globex/client.yaml" in first.remedy


def test_two_clients_that_share_nothing_run(tmp_path: Path) -> None:
    catalog = load_two(tmp_path, folder.other("acme"), folder.GOOD)
    assert (list(catalog.clients), catalog.faults) == (["acme", "globex"], ())


@pytest.mark.parametrize(
    ("channel", "key"), [("C0ACME1", "channel"), ("C0OTHER", "reports.weekly.channel")]
)
def test_the_operators_channel_is_nobodys_own(tmp_path: Path, channel: str, key: str) -> None:
    title = "title: Weekly KPIs"
    acme = folder.other("acme").replace(title, f"{title}\n    channel: C0OTHER")
    folder.write(tmp_path, "acme", acme)
    folder.write(tmp_path, "globex", folder.GOOD)
    catalog = load.load(tmp_path, demo=False, ops_channel=channel)
    assert list(catalog.clients) == ["globex"]
    (fault,) = catalog.faults
    assert (fault.client, fault.key) == ("acme", key)
    assert f"{channel} is the ops channel" in fault.problem
    assert catalog.faults == load.load(tmp_path, demo=False, ops_channel=channel).faults


def test_moving_into_the_operators_channel_keeps_the_last_good_version(tmp_path: Path) -> None:
    folder.write(tmp_path, "acme", folder.other("acme"))
    before = load.load(tmp_path, demo=False, ops_channel="C0OPS00")
    folder.write(tmp_path, "acme", folder.other("acme").replace("C0ACME1", "C0OPS00"))
    after = load.load(tmp_path, demo=False, previous=before, ops_channel="C0OPS00")
    acme = ids.ClientId("acme")
    assert after.stale == {acme}
    assert after.clients[acme].channel == "C0ACME1"


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ("C0ACME1", "C0GLOBEX1", {"channel"}),
        ("acme-analytics", "globex-analytics", {"sources.warehouse"}),
        ("ACME_BIGQUERY", "GLOBEX_BIGQUERY", {"sources.warehouse.credential"}),
        (
            "title: Weekly KPIs",
            "title: Weekly KPIs\n    channel: C0GLOBEX1",
            {"channel", "reports.weekly.channel"},
        ),
        ("stage: live", "alerts: C0GLOBEX1", {"channel", "alerts"}),
        (
            "{model: claude-haiku-5-5}",
            "{model: claude-haiku-5-5, credential: env://GLOBEX_BIGQUERY}",
            {"reports.weekly.narrative.credential", "sources.warehouse.credential"},
        ),
        (
            "project: acme-analytics",
            "project: globex-analytics\n    dataset: marketing",
            {"sources.warehouse"},
        ),
    ],
)
def test_one_thing_in_common_is_enough(tmp_path: Path, old: str, new: str, keys: set[str]) -> None:
    catalog = load_two(tmp_path, folder.edit(old, new, folder.other("acme")), folder.GOOD)
    assert catalog.clients == {}
    assert {fault.client for fault in catalog.faults} == {"acme", "globex"}
    assert {fault.key for fault in catalog.faults} == keys


def test_each_client_has_sealed_credentials_of_its_own(tmp_path: Path) -> None:
    """The same name is sealed to two keys: nothing is shared."""
    acme, globex = (
        folder.edit(f"env://{name}_BIGQUERY", "local://bigquery", text)
        for name, text in (("ACME", folder.other("acme")), ("GLOBEX", folder.GOOD))
    )
    assert not load_two(tmp_path, acme, globex).faults


def test_alerts_may_not_go_where_another_clients_reports_go(tmp_path: Path) -> None:
    catalog = load_two(tmp_path, folder.other("acme"), "alerts: C0ACME1\n" + folder.GOOD)
    assert {(fault.client, fault.key) for fault in catalog.faults} == {
        ("acme", "channel"),
        ("globex", "alerts"),
    }


def test_two_data_sets_of_one_project_are_two(tmp_path: Path) -> None:
    first = folder.edit(
        "project: acme-analytics", "project: agency\n    dataset: acme", folder.other("acme")
    )
    second = folder.edit("project: globex-analytics", "project: agency\n    dataset: globex")
    assert load_two(tmp_path, first, second).faults == ()


def test_alerts_of_two_clients_may_go_to_one_channel(tmp_path: Path) -> None:
    first = "alerts: C0ALERTS1\n" + folder.other("acme")
    assert load_two(tmp_path, first, "alerts: C0ALERTS1\n" + folder.GOOD).faults == ()


def test_sharing_that_both_declare_is_allowed(tmp_path: Path) -> None:
    first, second = "shares: [globex]\n" + folder.GOOD, "shares: [acme]\n" + folder.GOOD
    catalog = load_two(tmp_path, first, second)
    assert (list(catalog.clients), catalog.faults) == (["acme", "globex"], ())


def test_sharing_that_one_declares_is_refused_for_both(tmp_path: Path) -> None:
    catalog = load_two(tmp_path, "shares: [globex]\n" + folder.GOOD, folder.GOOD)
    assert catalog.clients == {}
    assert {fault.client for fault in catalog.faults} == {"acme", "globex"}


def test_a_third_client_cannot_join_two_that_share(tmp_path: Path) -> None:
    load_two(tmp_path, "shares: [globex]\n" + folder.GOOD, "shares: [acme]\n" + folder.GOOD)
    folder.write(tmp_path, "copy", "shares: [acme]\n" + folder.GOOD)
    assert load.load(tmp_path, demo=False).clients == {}


def test_a_broken_client_still_keeps_its_channel(tmp_path: Path) -> None:
    broken = folder.edit("period: week", "period: weekly")
    stolen = folder.edit("C0ACME1", "C0GLOBEX1", folder.other("acme"))
    catalog = load_two(tmp_path, stolen, broken)
    assert catalog.clients == {}
    assert {fault.key for fault in catalog.faults if fault.client == "acme"} == {"channel"}


def test_a_copy_does_not_stop_what_was_running(tmp_path: Path) -> None:
    folder.write(tmp_path)
    before = load.load(tmp_path, demo=False)
    folder.write(tmp_path, "acme", folder.GOOD)
    after = load.load(tmp_path, demo=False, previous=before)
    assert list(after.clients) == ["globex"]
    assert after.stale == {"globex"}
    assert {fault.client for fault in after.faults} == {"acme", "globex"}


def test_the_last_good_version_keeps_its_channel_too(tmp_path: Path) -> None:
    folder.write(tmp_path)
    before = load.load(tmp_path, demo=False)
    moved = folder.edit("C0GLOBEX1", "C0ELSEWHERE", folder.edit("week\n", "weekly\n"))
    stolen = folder.edit("C0ACME1", "C0GLOBEX1", folder.other("acme"))
    folder.write(tmp_path, text=moved)
    folder.write(tmp_path, "acme", stolen)
    after = load.load(tmp_path, demo=False, previous=before)
    assert list(after.clients) == ["globex"]
    assert after.clients == before.clients
    assert "globex uses the channel" in next(f for f in after.faults if f.client == "acme").problem
