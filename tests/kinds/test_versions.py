"""Versions of APIs that end."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from bot.domain import spec
from bot.kinds import OURS, kind, versions

KINDS = ("google_ads", "meta_ads", "linkedin_ads")


def _source(of: str, version: str) -> spec.SourceSpec:
    return spec.SourceSpec(
        name="ads", kind=of, settings={versions.SETTING: version}, identity="ads:1"
    )


def _default(of: str) -> str:
    return str(OURS[of].settings.model_fields[versions.SETTING].default)


@pytest.mark.parametrize("of", KINDS)
def test_the_end_of_every_default_is_known(of: str) -> None:
    assert versions.ends(of, _default(of)) is not None


@pytest.mark.parametrize("of", KINDS)
def test_it_is_told_sixty_days_ahead_and_ever_after(of: str) -> None:
    version = _default(of)
    end = versions.ends(of, version)
    assert end is not None
    told = [
        versions.warning(_source(of, version), today=end + timedelta(days=days))
        for days in (-61, -60, -1, 0, 400)
    ]
    assert told[0] == ""
    assert all(f"{version} ends on {end}" in one for one in told[1:3])
    assert all(f"{version} has ended on {end}" in one for one in told[3:])


def test_of_a_version_that_we_do_not_know_nothing_is_said() -> None:
    today = date(2040, 1, 1)
    for source in (_source("google_ads", "v99"), _source("duckdb", ""), _source("crm", "v1")):
        assert versions.warning(source, today=today) == ""


def test_linkedin_names_a_version_after_its_month_and_ends_it_a_year_later() -> None:
    assert versions.ends("linkedin_ads", "202611") == date(2027, 11, 15)


@pytest.mark.parametrize(
    ("of", "raw"),
    [
        ("google_ads", {"customer": "123456789"}),
        ("google_ads", {"customer": "1234567890", "api_version": "26"}),
        ("google_ads", {"customer": "1234567890", "login_customer": "me"}),
        ("meta_ads", {"account": "act_x"}),
        ("meta_ads", {"account": "1234567890", "api_version": "v26"}),
        ("linkedin_ads", {"account": "urn:li:sponsoredAccount:5"}),
        ("linkedin_ads", {"account": "512345678", "api_version": "202613"}),
    ],
)
def test_what_is_no_account_or_version_is_refused(of: str, raw: object) -> None:
    with pytest.raises(ValidationError):
        OURS[of].settings.model_validate(raw)


@pytest.mark.parametrize(
    ("of", "raw"),
    [
        ("google_ads", {}),
        ("google_ads", {"level": "adset"}),
        ("google_ads", {"level": "account", "names": {"spend": "clicks"}}),
        ("google_ads", {"level": "account", "names": {"cost": "x"}}),
        ("google_ads", {"level": "account", "names": {"spend": "Ad spend"}}),
        ("meta_ads", {"level": "campaign", "attribution": ["1d_click", "7d_click"]}),
        ("meta_ads", {"level": "campaign", "attribution": ["90d_click"]}),
        ("meta_ads", {"level": "campaign", "conversions": ["a,b"]}),
        ("linkedin_ads", {"level": "account", "conversions": "all"}),
    ],
)
def test_what_cannot_be_asked_is_refused(of: str, raw: object) -> None:
    request = OURS[of].request
    assert request is not None
    assert issubclass(request, kind.Request)
    with pytest.raises(ValidationError):
        request.model_validate(raw)


def test_an_account_is_one_however_it_is_written() -> None:
    ways = {
        "google_ads": ({"customer": "123-456-7890"}, {"customer": "1234567890"}),
        "meta_ads": ({"account": "act_1234567890"}, {"account": "1234567890"}),
    }
    for of, (one, other) in ways.items():
        model = OURS[of].settings
        assert model.model_validate(one) == model.model_validate(other)
