"""reportops client new globex: a folder that says itself what is left to do."""

from pathlib import Path

import pytest

from bot import errors
from bot.catalog import load, scaffold


def test_what_is_left_to_fill_in_is_one_precise_fault(tmp_path: Path) -> None:
    files = scaffold.new_client(tmp_path, "globex", name='Globex "G" Inc')
    assert [file.relative_to(tmp_path).as_posix() for file in files] == [
        "globex/load.sql",
        "globex/orders_weekly.sql",
        "globex/client.yaml",
        "client.schema.json",
    ]
    (fault,) = load.load(tmp_path, demo=False).faults
    assert (fault.key, fault.line) == ("channel", 4)
    assert "FILL_IN" in fault.problem


def test_with_its_channel_it_runs_for_the_ops_channel(tmp_path: Path) -> None:
    *_, file, _schema = scaffold.new_client(tmp_path, "globex", name='Globex "G" Inc')
    file.write_text(file.read_text("utf-8").replace("FILL_IN", "C0GLOBEX1"), "utf-8")
    catalog = load.load(tmp_path, demo=False)
    assert catalog.faults == ()
    (made,) = catalog.clients.values()
    assert (made.name, made.stage.value) == ('Globex "G" Inc', "internal")


def test_a_second_one_keeps_the_schema(tmp_path: Path) -> None:
    scaffold.new_client(tmp_path, "globex")
    files = scaffold.new_client(tmp_path, "acme")
    assert {file.parent.name for file in files} == {"acme"}


def test_what_exists_is_not_touched(tmp_path: Path) -> None:
    scaffold.new_client(tmp_path, "globex")
    (tmp_path / "globex/client.yaml").write_text("mine", "utf-8")
    with pytest.raises(errors.UsageError, match="globex is there already"):
        scaffold.new_client(tmp_path, "globex")
    assert (tmp_path / "globex/client.yaml").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("wrong", "better"),
    [("Globex Inc.", "globex-inc"), ("../x", "x"), ("status", "status-client"), ("", "globex")],
)
def test_an_id_that_cannot_be_gets_a_suggestion(tmp_path: Path, wrong: str, better: str) -> None:
    with pytest.raises(errors.UsageError, match=f"reportops client new {better}$"):
        scaffold.new_client(tmp_path, wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 81])
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(errors.UsageError, match="one line"):
        scaffold.new_client(tmp_path, "globex", name=name)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "clients").write_text("a file", "utf-8")
    with pytest.raises(errors.UsageError, match="cannot be written"):
        scaffold.new_client(tmp_path / "clients", "globex")
