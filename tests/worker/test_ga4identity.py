"""Who reads Google Analytics, and whose property it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from bot import errors
from bot.demo import ga4
from bot.domain import report
from bot.domain.run import FailureCode
from bot.worker.sources.ga4 import Ga4
from tests.contract import benches, googlebenches
from tests.contract.googlebenches import PROPERTY, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with googlebenches.analytics(tmp_path) as made:
        yield made


def _source(bench: Bench) -> Ga4:
    return cast("Ga4", bench.source)


def test_it_tells_whose_data_it_serves(bench: Bench) -> None:
    assert _source(bench).identity() == report.Identity(
        source="analytics",
        name="Acme Shop",
        account=f"properties/{PROPERTY}",
        domain="www.acme.example",
        currency="EUR",
        timezone="Europe/Paris",
    )


def test_without_the_admin_api_it_tells_what_the_data_api_knows(bench: Bench) -> None:
    assert isinstance(bench.api, ga4.Ga4Double)
    bench.api.admin = False
    found = _source(bench).identity()
    assert (found.name, found.domain) == (f"properties/{PROPERTY}", "")
    assert (found.currency, found.timezone) == ("EUR", "Europe/Paris")


def test_a_service_account_signs_its_own_tokens_and_a_person_signs_in(bench: Bench) -> None:
    assert bench.asked().table.rows[0][0] == 7
    assert bench.accounts.requests == 0
    bench.signed(bench.accounts.authorized_user("claire@acme.example", benches.PROJECT))
    assert bench.asked().table.rows[0][0] == 7
    bench.accounts.expire_tokens()
    assert bench.asked().table.rows[0][0] == 7
    assert bench.accounts.requests == 2


@pytest.mark.parametrize("person", [False, True])
def test_a_revoked_sign_in_is_terminal_and_quotes_nothing(bench: Bench, *, person: bool) -> None:
    who = "claire@acme.example"
    told = bench.accounts.authorized_user(who, benches.PROJECT)
    if not person:
        who = benches.ROBOT
        told = bench.accounts.service_account(who, benches.PROJECT)
    bench.signed(told)
    bench.accounts.revoke(who)
    failure = bench.failure()
    assert failure.code is FailureCode.CREDENTIAL_REFUSED
    assert failure.reference == "env://ACME_GA4"
    with pytest.raises(errors.RunError) as caught:
        _source(bench).identity()
    assert caught.value.failure.code is FailureCode.CREDENTIAL_REFUSED


def test_a_key_that_google_does_not_know_is_refused(bench: Bench) -> None:
    mine = bench.accounts.service_account(benches.ROBOT, benches.PROJECT)
    other = bench.accounts.service_account("other@acme.example", benches.PROJECT)
    bench.signed({**mine, "private_key": other["private_key"]})
    assert bench.failure().code is FailureCode.CREDENTIAL_REFUSED


def test_nothing_of_the_machine_takes_part(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password else\n", "ascii")
    (tmp_path / "adc.json").write_text("{}", "ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "adc.json"))
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "somebody-elses")
    monkeypatch.setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "elsewhere.example")
    monkeypatch.setenv("GOOGLE_API_USE_MTLS_ENDPOINT", "always")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    bench.signed(bench.accounts.authorized_user("claire@acme.example", benches.PROJECT))
    assert bench.asked().table.rows[0][0] == 7
    assert _source(bench).identity().name == "Acme Shop"
    assert all("x-goog-user-project" not in one.headers for one in bench.api.requests)
