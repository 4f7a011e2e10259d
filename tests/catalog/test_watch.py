"""Changes are picked up without a restart, and a change that breaks a file changes nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.catalog import watch
from bot.domain import ids
from tests.catalog import folder

if TYPE_CHECKING:
    from bot.runs import ports

GLOBEX = ids.ClientId("globex")


@pytest.fixture(name="current")
def _current(tmp_path: Path) -> watch.Current:
    folder.write(tmp_path)
    made = watch.Current(tmp_path, demo=False)
    made.refresh()
    return made


def change(current: watch.Current) -> watch.Change:
    found = current.refresh()
    assert found is not None
    return found


def test_the_first_refresh_tells_everything(tmp_path: Path) -> None:
    folder.write(tmp_path)
    folder.write(tmp_path, "acme", "name: [")
    current = watch.Current(tmp_path, demo=False)
    assert current.clients() == ()
    found = change(current)
    assert found.added == ("globex",)
    assert [fault.client for fault in found.faults] == ["acme"]


def test_it_is_what_runs_ask_for(current: watch.Current) -> None:
    clients: ports.Clients = current
    assert [one.id for one in clients.clients()] == ["globex"]
    assert clients.client(GLOBEX) is not None
    assert clients.client(ids.ClientId("nobody")) is None


def test_nothing_changed_costs_nothing(current: watch.Current) -> None:
    before = current.catalog
    assert current.refresh() is None
    assert current.catalog is before


def test_sql_is_read_anew(tmp_path: Path, current: watch.Current) -> None:
    (tmp_path / "globex/orders.sql").write_text("SELECT 2 AS revenue", "utf-8")
    assert change(current).updated == ("globex",)
    found = current.client(GLOBEX)
    assert found is not None
    assert found.reports[ids.ReportName("weekly")].queries[0].sql == "SELECT 2 AS revenue"


def test_a_touched_file_is_no_change(tmp_path: Path, current: watch.Current) -> None:
    (tmp_path / "globex/client.yaml").write_text(folder.GOOD, "utf-8")
    assert current.changed()
    assert current.refresh() is None
    assert not current.changed()


def test_a_broken_change_keeps_the_last_good_version(
    tmp_path: Path, current: watch.Current
) -> None:
    good = current.client(GLOBEX)
    (tmp_path / "globex/client.yaml").write_text(folder.GOOD[:200], "utf-8")
    found = change(current)
    assert (found.updated, found.removed) == ((), ())
    assert found.faults
    assert current.client(GLOBEX) == good
    assert current.catalog.stale == {"globex"}
    assert current.refresh() is None


def test_a_mended_file_says_what_is_gone(tmp_path: Path, current: watch.Current) -> None:
    path = tmp_path / "globex/client.yaml"
    path.write_text("name: [", "utf-8")
    told = change(current).faults
    path.write_text(folder.edit("name: Globex", "name: Globex Inc"), "utf-8")
    found = change(current)
    assert (found.mended, found.faults, found.updated) == (told, (), ("globex",))
    assert current.catalog.stale == frozenset()


def test_a_fault_that_moves_to_another_line_is_not_told_again(
    tmp_path: Path, current: watch.Current
) -> None:
    path = tmp_path / "globex/client.yaml"
    broken = folder.edit("period: week", "period: weekly")
    path.write_text(broken, "utf-8")
    change(current)
    path.write_text("# a remark\n" + broken, "utf-8")
    assert current.refresh() is None
    assert current.faults[0].line == folder.line_of("period: weekly", broken) + 1


def test_clients_come_and_go(tmp_path: Path, current: watch.Current) -> None:
    folder.write(tmp_path, "acme", folder.other("acme"))
    assert change(current).added == ("acme",)
    for file in (tmp_path / "globex").iterdir():
        file.unlink()
    assert change(current).faults
    assert current.client(GLOBEX) is not None
    (tmp_path / "globex").rmdir()
    assert change(current).removed == ("globex",)
    assert [one.id for one in current.clients()] == ["acme"]


def test_a_missing_sql_file_that_appears_is_seen(tmp_path: Path, current: watch.Current) -> None:
    sql = tmp_path / "globex/orders.sql"
    sql.unlink()
    assert change(current).faults
    sql.write_text(folder.FILES["orders.sql"], "utf-8")
    assert change(current).mended


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_seen(
    tmp_path: Path, current: watch.Current
) -> None:
    path = tmp_path / "globex/client.yaml"
    draft = tmp_path / "globex/draft"
    draft.write_text(folder.edit("name: Globex", "name: Globes"), "utf-8")
    draft.replace(path)
    assert change(current).updated == ("globex",)


def test_the_whole_folder_may_be_away_for_a_while(tmp_path: Path) -> None:
    root = tmp_path / "clients"
    folder.write(root)
    current = watch.Current(root, demo=False)
    change(current)
    root.rename(tmp_path / "away")
    found = change(current)
    assert (found.removed, len(found.faults)) == ((), 1)
    assert current.client(GLOBEX) is not None
    assert current.refresh() is None
    (tmp_path / "away").rename(root)
    assert change(current).mended
    assert current.catalog.stale == frozenset()
