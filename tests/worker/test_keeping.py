"""A credential written into its own store by a run of its client."""

import json
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot import wire
from bot.demo import google
from bot.domain.kept import Keep
from bot.domain.run import FailureCode
from bot.worker import credentials, keeping
from tests import samples
from tests.stores import orders
from tests.stores.aws import REGION, AwsDouble
from tests.stores.gcp import SecretsDouble
from tests.stores.vault import VaultDouble

NEW, OLD = "env://THE_NEW", "the-old-of-acme"
BASE = "env://ACME_BASE"
TEXTS = {NEW: "the-new-of-acme"}
Made = tuple[credentials.Keys, str, str]
"""Keys, the reference, and how one version of it is named."""


@contextmanager
def _vault() -> Generator[Made]:
    with VaultDouble() as double:
        double.put("secret/acme/ga4", key=OLD, other="kept")
        path = "secret/data/acme/*"
        base = double.approle("acme", read=path, write=path)
        role = {"url": "https://vault.example.com", "role_id": "acme", "secret_id": BASE}
        own = orders.keys({"vault": role}, {**TEXTS, BASE: base}, doubles={"vault": double.url})
        yield own, "vault://secret/acme/ga4#key", "vault://secret/acme/ga4?version={}#key"


@contextmanager
def _aws() -> Generator[Made]:
    with AwsDouble() as double:
        name = f"acme/{secrets.token_hex(8)}"  # what moto keeps outlives its server
        double.put(name, json.dumps({"key": OLD}))
        base = double.access_key("acme")
        role = double.role("acme", trusts=base, path="acme/")
        section = {"aws": {"region": REGION, "role": role, "credential": BASE}}
        own = orders.keys(section, {**TEXTS, BASE: base}, doubles={"aws-sm": double.url})
        yield own, f"aws-sm://{name}#key", f"aws-sm://{name}?version={{}}#key"


@contextmanager
def _gcp() -> Generator[Made]:
    with google.GoogleDouble() as accounts, SecretsDouble(accounts) as double:
        own, signer = (f"{name}@agency.iam.gserviceaccount.com" for name in ("acme", "signer"))
        name = "projects/agency/secrets/acme-shop"
        double.put(name, OLD)
        double.lend(own, to=signer)
        double.allow(own, "read", name=name)
        double.allow(own, "write", name=name)
        base = json.dumps(accounts.service_account(signer, "agency"))
        section = {"gcp": {"impersonate": own, "credential": BASE}}
        keys = orders.keys(section, {**TEXTS, BASE: base}, doubles={"gcp-sm": double.url})
        yield keys, f"gcp-sm://{name}", f"gcp-sm://{name}/versions/{{}}"


MADE = {"vault": _vault, "aws": _aws, "gcp": _gcp}
EACH = ["vault", "gcp", pytest.param("aws", marks=pytest.mark.slow)]


def _keep(made: Made, **what: str | None) -> wire.Source:
    """Do it in a life of its own."""
    order = made[0].order
    only = replace(samples.SOURCES["warehouse"], credential=made[1])
    order = replace(order, client=replace(order.client, sources={only.name: only}))
    return keeping.keep(Keep(into=made[1], **what), credentials.Keys(order))


def _now(made: Made) -> str:
    return credentials.Keys(made[0].order).text(made[1])


@pytest.mark.parametrize("store", EACH)
def test_it_is_written_once_and_the_one_before_can_be_written_again(store: str) -> None:
    with MADE[store]() as made:
        first = _keep(made).version
        assert first
        second = _keep(made, text=NEW, over=first)
        assert second.failure is None
        assert second.version not in {"", first}
        assert _now(made) == TEXTS[NEW]
        again = _keep(made, text=NEW, over=first)
        assert again == second, "a life that got no answer asks again, and nothing is written"
        back = _keep(made, text=made[2].format(first), over=second.version)
        assert back.failure is None
        assert back.version not in {"", second.version}
        assert _now(made) == OLD


@pytest.mark.parametrize("store", EACH)
def test_what_somebody_else_wrote_meanwhile_is_left_alone(store: str) -> None:
    with MADE[store]() as made:
        found = _keep(made, text=NEW, over="999").failure
        assert found is not None
        assert found.code is FailureCode.STORE_FAULT
        assert "somebody else" in found.params["fault"]
        assert _now(made) == OLD


def test_where_there_is_none_yet_it_is_the_first() -> None:
    with _vault() as made:
        fresh = (made[0], "vault://secret/acme/new#key", "")
        assert _keep(fresh).version == ""
        assert _keep(fresh, text=NEW).version == "1"
