"""``gcp-sm://`` through Google's client over REST, from a double behind lent service accounts."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import errors
from bot.demo import google
from bot.domain.reference import parse
from bot.domain.run import FailureCode
from bot.worker.credentials import Keys, gcp
from tests.stores import orders
from tests.stores.gcp import SecretsDouble

BASE = "env://ACME_GCP"
OWN = "acme@agency.iam.gserviceaccount.com"
THEIRS = "globex@agency.iam.gserviceaccount.com"
SIGNER = "signer-acme@agency.iam.gserviceaccount.com"
NAME = "projects/agency/secrets/acme-ga4"
KEY = f"gcp-sm://{NAME}"
GLOBEX = "projects/agency/secrets/globex-ga4"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    accounts: google.GoogleDouble
    secrets: SecretsDouble
    base: str

    def keys(self, *, account: str = OWN, base: str | None = None) -> Keys:
        """What a client has that acts as an account."""
        stores = {"gcp": {"impersonate": account, "credential": BASE}}
        texts = {BASE: self.base if base is None else base}
        return orders.keys(stores, texts, doubles={"gcp-sm": self.secrets.url})


@pytest.fixture
def world() -> Iterator[World]:
    with google.GoogleDouble() as accounts, SecretsDouble(accounts) as secrets:
        secrets.lend(OWN, to=SIGNER)
        secrets.allow(OWN, "read", name=NAME)
        secrets.allow(OWN, "read", name="projects/agency/secrets/none")
        secrets.put(NAME, "the-first-of-acme")
        secrets.put(NAME, "the-second-of-acme")
        secrets.put(GLOBEX, "the-first-of-globex")
        base = json.dumps(accounts.service_account(SIGNER, "agency"))
        yield World(accounts=accounts, secrets=secrets, base=base)


def test_the_newest_version_is_read_as_the_clients_account(world: World) -> None:
    found = gcp.read(parse(KEY), world.keys())
    assert (found.text, found.version) == ("the-second-of-acme", "2")


def test_a_version_can_be_named(world: World) -> None:
    assert world.keys().text(f"{KEY}/versions/1") == "the-first-of-acme"


def test_another_clients_secret_is_not_read(world: World) -> None:
    found = orders.failure(lambda: world.keys().text(f"gcp-sm://{GLOBEX}"))
    assert errors.describe(found) == (
        f"Google Secret Manager does not let {OWN} read gcp-sm://{GLOBEX}."
    )
    assert errors.remedy(found) == (
        "Grant it roles/secretmanager.secretAccessor on the secret, then press Retry."
    )


def test_another_clients_account_is_not_lent(world: World) -> None:
    words = f"{BASE} may not act as {THEIRS}"
    assert words in orders.told(lambda: world.keys(account=THEIRS).text(KEY))


def _revoked(world: World) -> None:
    world.accounts.revoke(SIGNER)


def _down(world: World) -> None:
    world.secrets.down = True


def _damaged(world: World) -> None:
    world.secrets.damaged = True


def _disabled(world: World) -> None:
    world.secrets.disable(NAME)


NONE = "gcp-sm://projects/agency/secrets/none"
FAILURES: Mapping[str, tuple[Callable[[World], object], str, FailureCode, str]] = {
    "revoked": (_revoked, KEY, FailureCode.STORE_REFUSED, f"{BASE} is revoked, expired or not"),
    "down": (_down, KEY, FailureCode.STORE_FAULT, "a fault of its own: it lends no sign-in now"),
    "damaged": (_damaged, KEY, FailureCode.STORE_FAULT, "what arrived is not what was sent"),
    "disabled": (_disabled, KEY, FailureCode.STORE_LACKS, "the version is disabled or destroyed"),
    "no secret": (str, NONE, FailureCode.STORE_LACKS, "there is no such secret"),
    "no version": (str, f"{KEY}/versions/9", FailureCode.STORE_LACKS, "no such version of it"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_way_to_fail_has_words_of_its_own(world: World, name: str) -> None:
    arrange, reference, code, words = FAILURES[name]
    arrange(world)
    found = orders.failure(lambda: world.keys().text(reference))
    assert (found.code, found.reference) == (code, reference)
    assert words in errors.describe(found)


def test_a_key_that_is_no_googles_is_told_of_its_own_reference(world: World) -> None:
    found = orders.failure(lambda: world.keys(base="{}").text(KEY))
    assert (found.code, found.reference) == (FailureCode.CREDENTIAL_INVALID, BASE)


def test_google_that_is_down_is_not_reachable(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        where = f"http://127.0.0.1:{gone.getsockname()[1]}"
    stores = {"gcp": {"impersonate": OWN, "credential": BASE}}
    own = orders.keys(stores, {BASE: world.base}, doubles={"gcp-sm": where})
    assert orders.told(lambda: own.text(KEY)) == (
        f"Google Secret Manager, where {KEY} is kept, could not be reached."
    )


def test_a_new_version_becomes_the_newest(world: World) -> None:
    world.secrets.allow(OWN, "write", name=NAME)
    assert gcp.write(parse(KEY), "the-third-of-acme", keys=world.keys()) == "3"
    assert world.secrets.newest(NAME) == "the-third-of-acme"


def test_who_may_not_write_is_told_what_to_type(world: World) -> None:
    found = orders.failure(lambda: gcp.write(parse(KEY), "new", keys=world.keys()))
    assert found.params["right"] == "roles/secretmanager.secretVersionAdder on the secret"
    assert found.params["by_hand"] == (
        "gcloud secrets versions add acme-ga4 --project=agency --data-file=FILE"
    )


def test_nothing_of_the_machine_takes_part(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = tmp_path / "key.json"
    poison.write_text("{}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(poison))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "of-the-machine")
    monkeypatch.setenv("GCE_METADATA_HOST", "127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert world.keys().text(KEY) == "the-second-of-acme"
