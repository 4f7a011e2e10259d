"""``vault://`` through hvac, from a double that lets in and lets read as Vault does."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bot import errors
from bot.domain.reference import parse
from bot.domain.run import FailureCode
from bot.worker.credentials import Keys, vault
from tests.stores import orders
from tests.stores.vault import VaultDouble

URL = "https://vault.example.com:8200"
SECRET_ID = "env://ACME_VAULT"
KEY = "vault://secret/acme/ga4#key"
ROLE = {"vault": {"url": URL, "role_id": "acme-role", "secret_id": SECRET_ID}}


@pytest.fixture
def double() -> Iterator[VaultDouble]:
    with VaultDouble() as made:
        made.put("secret/acme/ga4", key="the-first-of-acme", other="not asked for")
        made.put("secret/acme/ga4", key="the-second-of-acme")
        made.put("secret/globex/ga4", key="the-first-of-globex")
        yield made


def keys(
    double: VaultDouble, *, read: str = "secret/data/acme/*", stores: orders.Stores = ROLE
) -> Keys:
    secret_id = double.approle("acme-role", read=read)
    return orders.keys(stores, {SECRET_ID: secret_id}, doubles={"vault": double.url})


def test_a_field_is_read_as_the_clients_own_role(double: VaultDouble) -> None:
    own = keys(double)
    assert own.text(KEY) == "the-second-of-acme"
    assert own.text(KEY) == "the-second-of-acme"
    assert (double.signed_in, double.tokens) == (1, 0)  # and the token ends with the read


def test_a_version_can_be_named(double: VaultDouble) -> None:
    found = vault.read(parse("vault://secret/acme/ga4?version=1#key"), keys(double))
    assert (found.text, found.version) == ("the-first-of-acme", "1")
    assert found.made_at is not None
    assert found.made_at.isoformat().startswith("2026-11-02T08:15:30.123456")
    assert found.expires_at is None
    assert "acme" not in repr(found)


def test_without_a_field_it_is_value_or_all_as_json(double: VaultDouble) -> None:
    double.put("secret/acme/one", value="alone-of-acme", note="x")
    double.put("secret/acme/all", user="reports", password="quiet-of-acme")
    own = keys(double)
    assert own.text("vault://secret/acme/one") == "alone-of-acme"
    assert json.loads(own.text("vault://secret/acme/all")) == {
        "user": "reports",
        "password": "quiet-of-acme",
    }


def test_a_pod_signs_in_by_its_kubernetes_role(double: VaultDouble) -> None:
    token = double.kubernetes("acme-pod", read="secret/data/acme/*")
    stores = {"vault": {"url": URL, "role": "acme-pod", "token": SECRET_ID}}
    own = orders.keys(stores, {SECRET_ID: token}, doubles={"vault": double.url})
    assert own.text(KEY) == "the-second-of-acme"


def test_a_namespace_and_another_path_of_the_sign_in_are_sent() -> None:
    with VaultDouble(namespace="agency/acme") as double:
        double.put("secret/acme/ga4", key="the-first-of-acme")
        stores = {"vault": {**ROLE["vault"], "namespace": "agency/acme", "auth": "workers"}}
        assert keys(double, stores=stores).text(KEY) == "the-first-of-acme"
        assert double.seen[0].path == "/v1/auth/workers/login"


def test_what_is_minted_and_what_is_read_is_masked(double: VaultDouble) -> None:
    own = keys(double)
    own.text(KEY)
    token = next(one.headers["x-vault-token"] for one in double.seen if "data" in one.path)
    said = own.mask(f"{token} the-second-of-acme")
    assert said == "*** ***"


def test_another_clients_path_is_not_read(double: VaultDouble) -> None:
    own = keys(double)
    for name in ("vault://secret/globex/ga4#key", "vault://secret/globex/none#key"):
        found = orders.failure(lambda name=name: own.text(name))
        assert found.code is FailureCode.STORE_FORBIDDEN
    assert errors.describe(found) == (
        "Vault does not let this client's role read vault://secret/globex/none#key."
    )
    assert errors.remedy(found) == (
        "Grant it “read” on secret/data/globex/none by a policy, then press Retry."
    )


def _sealed(double: VaultDouble) -> None:
    double.sealed = True


def _broken(double: VaultDouble) -> None:
    double.broken = True


def _deleted(double: VaultDouble) -> None:
    double.delete("secret/acme/ga4")


FAILURES: Mapping[str, tuple[Callable[[VaultDouble], object], str, FailureCode, str]] = {
    "sealed": (_sealed, KEY, FailureCode.STORE_SEALED, f"Vault, where {KEY} is kept, is sealed"),
    "broken": (_broken, KEY, FailureCode.STORE_FAULT, "a fault of its own: InternalServerError"),
    "deleted": (_deleted, KEY, FailureCode.STORE_LACKS, "its newest version is deleted"),
    "no secret": (
        str,
        "vault://secret/acme/none#key",
        FailureCode.STORE_LACKS,
        "Vault does not hold vault://secret/acme/none#key: there is no secret at this path.",
    ),
    "no field": (
        str,
        "vault://secret/acme/ga4#wrong",
        FailureCode.STORE_LACKS,
        "the secret has no field “wrong”",
    ),
    "no version": (
        str,
        "vault://secret/acme/ga4?version=9#key",
        FailureCode.STORE_LACKS,
        "there is no version 9",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_way_to_fail_has_words_of_its_own(double: VaultDouble, name: str) -> None:
    arrange, reference, code, words = FAILURES[name]
    own = keys(double)
    arrange(double)
    found = orders.failure(lambda: own.text(reference))
    assert (found.code, found.reference) == (code, reference)
    assert words in errors.describe(found)


def test_a_secret_id_that_is_not_known_is_told_as_such(double: VaultDouble) -> None:
    double.approle("acme-role", read="secret/data/acme/*")
    own = orders.keys(ROLE, {SECRET_ID: "of-somebody-else"}, doubles={"vault": double.url})
    assert orders.told(lambda: own.text(KEY)) == (
        f"Vault, where {KEY} is kept, does not let this client's identity in: "
        "it is not known there, or has expired."
    )


def test_a_secret_id_that_is_not_set_is_the_one_that_is_named(double: VaultDouble) -> None:
    own = orders.keys(ROLE, {}, doubles={"vault": double.url})
    found = orders.failure(lambda: own.text(KEY))
    assert (found.code, found.reference) == (FailureCode.CREDENTIAL_MISSING, SECRET_ID)


def test_a_vault_that_is_down_is_not_reachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        where = f"http://127.0.0.1:{gone.getsockname()[1]}"
    own = orders.keys(ROLE, {SECRET_ID: "some-secret"}, doubles={"vault": where})
    assert orders.told(lambda: own.text(KEY)) == (
        f"Vault, where {KEY} is kept, could not be reached."
    )


def test_a_client_without_the_section_is_told_what_to_write(double: VaultDouble) -> None:
    own = keys(double, stores={})
    assert "needs stores: vault: in client.yaml" in orders.told(lambda: own.text(KEY))


def test_an_authority_that_is_not_there_is_told(double: VaultDouble, tmp_path: Path) -> None:
    stores = {"vault": {**ROLE["vault"], "ca": "vault.pem"}}
    own = orders.keys(stores, {SECRET_ID: "x"}, doubles={"vault": double.url}, folder=tmp_path)
    assert "the file vault.pem" in orders.told(lambda: own.text(KEY))


def test_a_new_version_differs_in_its_field_alone(double: VaultDouble) -> None:
    secret_id = double.approle("writer", read="secret/data/acme/*", write="secret/data/acme/*")
    stores = {"vault": {"url": URL, "role_id": "writer", "secret_id": SECRET_ID}}
    double.put("secret/acme/ga4", key="the-third-of-acme", other="kept")
    own = orders.keys(stores, {SECRET_ID: secret_id}, doubles={"vault": double.url})
    assert vault.write(parse(KEY), "the-fourth-of-acme", keys=own) == "4"
    assert double.newest("secret/acme/ga4") == {"key": "the-fourth-of-acme", "other": "kept"}
    assert vault.write(parse("vault://secret/acme/new"), "first", keys=own) == "1"
    assert double.newest("secret/acme/new") == {"value": "first"}


def test_who_may_not_write_is_told_what_to_type(double: VaultDouble) -> None:
    own = keys(double)
    found = orders.failure(lambda: vault.write(parse(KEY), "new", keys=own))
    assert errors.describe(found) == f"Vault does not let this client's role write {KEY}."
    assert found.params["by_hand"] == "vault kv patch -mount=secret acme/ga4 key=@FILE"
    assert double.newest("secret/acme/ga4") == {"key": "the-second-of-acme"}


def test_nothing_of_the_machine_takes_part(
    double: VaultDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = tmp_path / ".vault-token"
    poison.write_text("a-token-of-the-machine")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login root password of-the-machine")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("VAULT_TOKEN", "a-token-of-the-machine")
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:9")
    monkeypatch.setenv("VAULT_NAMESPACE", "of-the-machine")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert keys(double).text(KEY) == "the-second-of-acme"
    assert all("machine" not in str(one.headers) for one in double.seen)
    assert "authorization" not in double.seen[0].headers
