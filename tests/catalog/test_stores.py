"""Stores of credentials: as whom each client asks them, and nobody else."""

from pathlib import Path

import pytest

from bot.catalog import load
from bot.domain import ids
from bot.kinds import stores
from tests.catalog import folder

VAULT = """\
  vault:
    url: https://vault.globex.example:8200
    role_id: globex-reports
    secret_id: local://vault
"""
AWS = """\
  aws:
    region: eu-central-1
    role: arn:aws:iam::123456789012:role/globex
    credential: local://aws
"""
GCP = """\
  gcp:
    impersonate: globex@agency.iam.gserviceaccount.com
    credential: env://GLOBEX_GCP
"""
EVERY = f"stores:\n{VAULT}{AWS}{GCP}"
KEY = "vault://kv/globex#key"
PLACE = "env://GLOBEX_BIGQUERY"


def test_what_a_file_says_of_its_stores_reaches_the_client(tmp_path: Path) -> None:
    folder.write(tmp_path, text=f"{EVERY}{folder.GOOD}")
    made = load.load(tmp_path, demo=False).clients[ids.ClientId("globex")]
    assert list(made.stores) == ["vault", "aws", "gcp"]
    assert made.stores["vault"]["url"] == "https://vault.globex.example:8200"


def test_hosts_and_sign_ins_of_those_stores_alone_that_are_used(tmp_path: Path) -> None:
    folder.write(tmp_path, text=f"{EVERY}{folder.GOOD}")
    given = load.load(tmp_path, demo=False).clients[ids.ClientId("globex")].stores
    assert stores.hosts(given, ["env://A", "local://b"]) == set()
    assert stores.hosts(given, [KEY, "env://A"]) == {"vault.globex.example:8200"}
    assert stores.needed(given, [KEY, "env://A"]) == ("env://A", "local://vault", KEY)
    assert stores.hosts(given, ["aws-sm://globex/a"]) == {
        "sts.eu-central-1.amazonaws.com",
        "secretsmanager.eu-central-1.amazonaws.com",
    }
    assert "iamcredentials.googleapis.com" in stores.hosts(given, ["gcp-sm://projects/p/secrets/s"])


@pytest.mark.parametrize("reference", [KEY, "aws-sm://globex/a", "gcp-sm://projects/p/secrets/s"])
def test_a_reference_into_a_store_that_nobody_may_ask_is_refused(
    tmp_path: Path, reference: str
) -> None:
    found = folder.only(tmp_path, folder.edit(PLACE, reference))
    assert found.key == "sources.warehouse.credential"
    assert "does not say as whom to ask it" in found.problem
    assert "Write stores: and under it " in found.remedy


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("local://vault", "aws-sm://globex/x", "stores.vault.secret_id", "cannot itself be in one"),
        ("local://vault", "8d1c2f4e-plain", "stores.vault.secret_id", "not a credential reference"),
        ("local://aws", "env://SLACK_BOT_TOKEN", "stores.aws.credential", "belongs to the bot"),
        ("https://vault.globex", "http://vault.globex", "stores.vault.url", "https"),
        ("globex@agency.iam", "nobody", "stores.gcp.impersonate", ""),
        ("    secret_id: local://vault\n", "", "stores.vault", "role_id and secret_id"),
        ("  vault:\n", "  safe:\n", "stores.safe", ""),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    tmp_path: Path, old: str, new: str, *, key: str, said: str
) -> None:
    text = folder.edit(old, new, f"{EVERY}{folder.GOOD}")
    found = folder.only(tmp_path, text)
    assert found.key == key
    assert said in f"{found.problem} {found.remedy}"
    assert "8d1c2f4e" not in str(found)


def test_no_two_clients_ask_as_one(tmp_path: Path) -> None:
    acme = folder.other("acme")
    folder.write(tmp_path, "globex", f"{EVERY}{folder.GOOD}")
    folder.write(tmp_path, "acme", f"{EVERY.replace('GLOBEX_GCP', 'ACME_GCP')}{acme}")
    catalog = load.load(tmp_path, demo=False)
    assert {(one.client, one.key) for one in catalog.faults} == {
        (name, f"stores.{section}")
        for name in ("acme", "globex")
        for section in ("vault", "aws", "gcp")
    }
    assert "asks its store of credentials as arn:aws:iam::" in "".join(map(str, catalog.faults))
