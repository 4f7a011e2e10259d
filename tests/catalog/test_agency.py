"""agency.yaml: what the agency lends, to whom; read, checked and watched like a client's file."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.catalog import agency, load, watch
from bot.domain import ids, lending
from tests.catalog import folder
from tests.gates import source

ACME, GLOBEX = ids.ClientId("acme"), ids.ClientId("globex")
OWN = "    credential: env://GLOBEX_BIGQUERY\n"
LENT = folder.edit(OWN, "    agency: warehouse\n")
DECLARED = """\
warehouse:
  kind: bigquery
  credential: env://AGENCY_BIGQUERY
  clients: [acme, globex]
"""


def declare(root: Path, text: str = DECLARED) -> None:
    (root / agency.FILE).write_text(text, "utf-8")


def both(root: Path) -> None:
    """Two clients with their own ids, and one login."""
    folder.write(root, "globex", LENT)
    folder.write(root, "acme", folder.other("acme").replace(OWN.replace("GLOBEX", "ACME"), ""))
    text = (root / "acme/client.yaml").read_text("utf-8")
    project = "    project: acme-analytics\n"
    (root / "acme/client.yaml").write_text(
        text.replace(project, project + "    agency: warehouse\n"), "utf-8"
    )


def test_named_clients_use_one_credential_with_their_own_ids(tmp_path: Path) -> None:
    declare(tmp_path)
    both(tmp_path)
    found = load.load(tmp_path, demo=False)
    assert found.faults == ()
    sources = [one.sources["warehouse"] for one in found.clients.values()]
    assert {(one.agency, one.credential) for one in sources} == {
        ("warehouse", "env://AGENCY_BIGQUERY")
    }
    assert len({one.identity for one in sources}) == 2
    assert lending.users(found.clients.values()) == {"warehouse": 2}
    assert lending.fleet(found.clients.values()) == 2


def test_the_same_credential_undeclared_stays_refused(tmp_path: Path) -> None:
    both(tmp_path)
    for name in ("acme", "globex"):
        file = tmp_path / name / "client.yaml"
        text = file.read_text("utf-8").replace("agency: warehouse", "credential: env://ONE_FOR_ALL")
        file.write_text(text, "utf-8")
    found = load.load(tmp_path, demo=False)
    assert found.clients == {}
    assert all("uses env://ONE_FOR_ALL too" in one.problem for one in found.faults)


def test_the_agencys_credential_is_named_and_not_written_out(tmp_path: Path) -> None:
    declare(tmp_path)
    fault = folder.only(tmp_path, folder.edit("GLOBEX_BIGQUERY", "AGENCY_BIGQUERY"))
    assert fault.key == "sources.warehouse.credential"
    assert fault.remedy == "Write agency: warehouse in place of credential."


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("", "agency.yaml declares no “warehouse”"),
        (DECLARED.replace("warehouse:", "warehouses:"), "Did you mean warehouses?"),
        (DECLARED.replace(", globex", ""), "does not name this client for warehouse"),
        (DECLARED.replace("kind: bigquery", "kind: [ga4, google_sheets]"), "of kind ga4 and goog"),
    ],
)
def test_a_source_that_may_not_use_it_is_a_fault_at_its_line(
    tmp_path: Path, declared: str, said: str
) -> None:
    if declared:
        declare(tmp_path, declared)
    fault = folder.only(tmp_path, LENT)
    assert said in str(fault)
    assert (fault.file, fault.key) == ("globex/client.yaml", "sources.warehouse.agency")
    assert fault.line == folder.line_of("agency:", LENT)
    assert "acme" not in str(fault)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: bigquery", f"kind: bigquery\n{OWN}    agency: warehouse", "not both"),
        ("setup: load.sql", "setup: load.sql, agency: warehouse", "takes no credential"),
    ],
)
def test_it_stands_in_the_place_of_a_credential(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    declare(tmp_path)
    base = folder.GOOD.replace(OWN, "") if "both" in said else folder.GOOD
    assert said in folder.only(tmp_path, folder.edit(old, new, base)).problem


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("kind: bigquery", "kind: duckdb", "warehouse.kind[0]", "takes a credential"),
        ("kind: bigquery", "kind: bigqeury", "warehouse.kind[0]", "Did you mean bigquery?"),
        ("kind: bigquery\n", "\n", "warehouse.kind", ""),
        ("clients: [acme, globex]", "clients: []", "warehouse.clients", ""),
        ("clients:", "client:", "warehouse.client", "Did you mean clients?"),
        ("env://AGENCY_BIGQUERY", "hunter-" + "2", "warehouse.credential", "not repeated"),
        ("warehouse:", "Ware House:", "Ware House", "cannot be a credential's name"),
        ("clients: [", "clients: [[", "", ""),
    ],
)
def test_its_faults_have_their_place_and_repeat_no_value(
    tmp_path: Path, old: str, new: str, key: str, said: str
) -> None:
    declare(tmp_path, folder.edit(old, new, DECLARED))
    found = load.load(tmp_path, demo=False).faults
    (fault,) = [one for one in found if one.key == key]
    assert fault.file == "agency.yaml"
    assert fault.client == ""
    assert said in str(fault)
    assert "hunter" not in str(fault)


def test_one_credential_is_declared_once(tmp_path: Path) -> None:
    declare(tmp_path, DECLARED + DECLARED.replace("warehouse", "again"))
    (fault,) = load.load(tmp_path, demo=False).faults
    assert (fault.key, fault.line) == ("again.credential", 7)


def test_a_fault_in_it_leaves_what_was_lent_in_force(tmp_path: Path) -> None:
    declare(tmp_path)
    both(tmp_path)
    current = watch.Current(tmp_path, demo=False)
    current.refresh()
    for spoilt in ("warehouse: [", DECLARED.replace("kind: bigquery", "kind: nothing")):
        declare(tmp_path, spoilt)
        change = current.refresh()
        assert change is not None
        assert [fault.file for fault in current.faults] == ["agency.yaml"]
        assert [one.id for one in current.clients()] == [ACME, GLOBEX]


def test_what_is_taken_back_is_used_no_more_not_even_by_the_last_good_version(
    tmp_path: Path,
) -> None:
    declare(tmp_path)
    both(tmp_path)
    current = watch.Current(tmp_path, demo=False)
    current.refresh()
    declare(tmp_path, DECLARED.replace(", globex", ""))
    change = current.refresh()
    assert change is not None
    assert change.removed == (GLOBEX,)
    assert "does not name this client" in change.faults[0].problem
    (tmp_path / agency.FILE).unlink()
    current.refresh()
    assert current.clients() == ()


def test_another_credential_is_taken_up_by_all_who_use_it(tmp_path: Path) -> None:
    declare(tmp_path)
    both(tmp_path)
    current = watch.Current(tmp_path, demo=False)
    current.refresh()
    assert current.refresh() is None
    declare(tmp_path, DECLARED.replace("AGENCY_BIGQUERY", "AGENCY_NEW"))
    change = current.refresh()
    assert change is not None
    assert change.updated == (ACME, GLOBEX)


def test_it_is_watched_where_there_is_no_client(tmp_path: Path) -> None:
    current = watch.Current(tmp_path, demo=False)
    current.refresh()
    declare(tmp_path, "warehouse: [")
    assert current.changed()


def test_editors_know_it_by_its_schema_and_the_example_fits() -> None:
    clients = source.ROOT / "clients"
    stands = (clients / "agency.schema.json").read_text("utf-8")
    assert stands == agency.schema(), "run: python -m bot.catalog.schema clients/client.schema.json"
    text = (clients / "_example/agency.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=agency.schema.json\n")
    jsonschema.validate(yaml.safe_load(text), json.loads(stands))
    spoilt = yaml.safe_load(text.replace("clients:", "client:"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, json.loads(stands))


def test_the_example_has_no_fault(tmp_path: Path) -> None:
    text = (source.ROOT / "clients/_example/agency.yaml").read_text("utf-8")
    declare(tmp_path, text)
    found = agency.load(tmp_path)
    assert found.found == ()
    assert found.entries
