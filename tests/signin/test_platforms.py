"""`reportops credential login` at each of the others, and for sources that are not there yet."""

import json

import pytest

from bot import cli
from bot.demo import ads, bigquery, ga4, google, googleads, linkedinads, metaads, sheets
from bot.kinds import typed
from bot.kinds.typed import googleads as manager
from bot.kinds.typed import linkedinads as of_linkedin
from bot.kinds.typed import metaads as of_meta
from bot.signin import platforms
from tests.signin.desk import TOKEN, WHO, Desk

SHEET = "1AbCdEfGhIjKlMnOpQrStUvWx"
META = "a-token-for-" + "sixty-days"
_ADS = {"kind": "google_ads", "customer": "271-828-1828", "credential": "local://ads"}


@pytest.fixture
def market(desk: Desk, accounts: google.GoogleDouble) -> googleads.GoogleAdsDouble:
    """An account behind a manager, and one without."""
    found = googleads.GoogleAdsDouble(accounts, developer_token=TOKEN)
    found.readers.add(WHO)
    for id_, name, owner in (
        ("1618033988", "Agency", ""),
        ("2718281828", "Globex", "1618033988"),
        ("3141592653", "Alone", ""),
    ):
        found.add(ads.Account(id=id_, name=name, owner=owner))
    return found


def test_google_ads_behind_a_manager(desk: Desk, market: googleads.GoogleAdsDouble) -> None:
    desk.client({"ads": {**_ADS, "login_customer": "161-803-3988"}})
    with market:
        desk.doubles["google_ads"] = market.url
        done = desk.login("globex", "ads")
    assert done.exit_code == 0, done.output
    assert "2718281828  Globex through 1618033988  ← client.yaml" in done.output
    assert "3141592653  Alone\n" in done.output
    kept = manager.parse(json.dumps(desk.sealed("ads")))
    assert kept.developer_token == TOKEN
    assert TOKEN not in done.output


def test_google_ads_by_another_way(desk: Desk, market: googleads.GoogleAdsDouble) -> None:
    desk.client({"ads": _ADS})
    with market:
        desk.doubles["google_ads"] = market.url
        done = desk.login("globex", "ads")
    assert "does not open that by that way, but through 1618033988" in done.output
    assert not desk.names


def test_google_ads_wants_its_developer_token(desk: Desk, accounts: google.GoogleDouble) -> None:
    desk.client({"ads": _ADS})
    desk.app(accounts.consent)
    done = desk.login("globex", "ads")
    assert "has no “developer_token”" in done.output
    assert not desk.opened


def test_bigquery_and_sheets_with_one_sign_in(desk: Desk, accounts: google.GoogleDouble) -> None:
    """One credential for two kinds asks for both, and must open both."""
    same = {"credential": "local://google"}
    desk.client(
        {
            "warehouse": {"kind": "bigquery", "project": "globex-shop", **same},
            "targets": {"kind": "google_sheets", "spreadsheet": SHEET, **same},
        }
    )
    with (
        bigquery.BigQueryDouble(accounts) as warehouse,
        sheets.SheetsDouble(accounts) as documents,
    ):
        documents.share(SHEET, "globex-shop", title="Targets")
        desk.doubles |= {"bigquery": warehouse.url, "google_sheets": documents.url}
        done = desk.login("globex", "targets")
        documents.share(SHEET, "somebody-else", title="Moved")
        refused = desk.login("globex", "warehouse")
    assert done.exit_code == 0, done.output
    assert "globex-shop" in done.output
    assert f"{SHEET}  Targets  ← client.yaml" in done.output
    scopes = accounts.consent.asked[0]["scope"].split()
    assert [one.rpartition("/")[2] for one in scopes] == ["bigquery", "spreadsheets.readonly"]
    assert "does not tell this sign-in what it may read (HTTP 403)" in refused.output
    assert desk.seal().versions("globex", "google").last == 1


def test_what_the_agency_lends_must_open_everybodys(
    desk: Desk, accounts: google.GoogleDouble
) -> None:
    clients = desk.root / "clients"
    for name, number in (("globex", "123456789"), ("initech", "987654321")):
        source = {"kind": "ga4", "property": number, "agency": "analytics"}
        desk.client({"web": source}, name)
    lent = {"kind": "ga4", "credential": "local://ga", "clients": ["globex", "initech"]}
    (clients / "agency.yaml").write_text(json.dumps({"analytics": lent}), "utf-8")
    with ga4.Ga4Double(accounts) as found:
        desk.doubles["ga4"] = found.url
        one = ga4.Property(
            number="123456789", project="globex-shop", name="G", zone="UTC", currency="EUR"
        )
        found.property(one)
        refused = desk.login("globex", "web")
        other = ga4.Property(
            number="987654321", project="globex-shop", name="I", zone="UTC", currency="EUR"
        )
        found.property(other)
        done = desk.login("globex", "web")
    assert "It is the agency's ga, which globex and initech read with." in done.output
    assert "client.yaml of initech says property: 987654321" in refused.output
    assert done.exit_code == 0, done.output
    assert desk.sealed("ga", owner="agency.ga")["type"] == "authorized_user"
    assert not desk.names


@pytest.mark.parametrize("secret", ["", "the-apps-" + "own-secret"])
def test_meta(desk: Desk, secret: str) -> None:
    """A person's token for 60 days; the app's secret goes along only where a proof is demanded."""
    desk.client({"ads": {"kind": "meta_ads", "account": "act_12345", "credential": "local://m"}})
    with metaads.MetaAdsDouble(META, secret=secret) as double:
        for id_, name in (("99999", "Others"), ("12345", "Globex")):
            double.add(ads.Account(id=id_, name=name))
        if secret:
            double.consent.client_secret = secret
        desk.app(double.consent)
        desk.doubles |= {"meta": double.url, "meta_ads": double.url}
        done = desk.login("globex", "ads")
    assert done.exit_code == 0, done.output
    assert "12345  Globex  ← client.yaml" in done.output
    assert "in 60 days" in done.output
    assert "A system user's needs no person" in done.output
    assert "http://localhost:" in done.output
    (asked,) = double.consent.asked
    assert (asked["scope"], "code_challenge" in asked) == ("ads_read", False)
    assert META not in done.output
    kept = desk.sealed("m")
    assert of_meta.parse(json.dumps(kept)) == of_meta.Credential(token=META, secret=secret)
    assert kept["expires_at"] > kept["made_at"]


@pytest.mark.parametrize("is_partner", [False, True])
def test_linkedin(desk: Desk, *, is_partner: bool) -> None:
    """60 days, or a year where LinkedIn has approved the app; PKCE would be refused."""
    source = {"kind": "linkedin_ads", "account": "512345678", "credential": "local://li"}
    desk.client({"ads": source})
    with linkedinads.LinkedinAdsDouble("a-linkedin-" + "token") as double:
        double.is_partner = is_partner
        double.add(ads.Account(id="512345678", name="Globex\x1b[2J"))
        desk.app(double.consent)
        desk.doubles |= {"linkedin": double.url, "linkedin_ads": double.url}
        done = desk.login("globex", "ads")
    assert done.exit_code == 0, done.output
    assert "512345678  Globex?[2J  ← client.yaml" in done.output
    assert ("in 365 days" if is_partner else "in 60 days") in done.output
    kept = of_linkedin.parse(json.dumps(desk.sealed("li")))
    assert (bool(kept.grant), bool(kept.token)) == (is_partner, not is_partner)


def test_a_source_that_no_file_names_yet(
    desk: Desk, accounts: google.GoogleDouble, analytics: ga4.Ga4Double
) -> None:
    accounts.person(WHO, "somebody-else")
    done = desk.login("globex", "shop-ga4", "--kind", "ga4", given="9\n2\n")
    assert done.exit_code == 0, done.output
    written = (
        '  shop-ga4:\n    kind: ga4\n    property: "987654321"\n    credential: local://shop-ga4\n'
    )
    assert written in done.output
    assert desk.sealed("shop-ga4")["type"] == "authorized_user"
    again = desk.login("globex", "shop-ga4", "--kind", "ga4")
    assert "is sealed already, maybe for another source" in again.output
    assert len(desk.opened) == 1
    before = (desk.root / "clients" / "globex" / "client.yaml").read_text("utf-8")
    assert "shop-ga4" not in before


_LOOKS = {"kind": "looker", "url": "https://l.example", "model": "shop"}
_WAREHOUSE = {"kind": "bigquery", "project": "globex-shop"}


@pytest.mark.parametrize(
    ("source", "words", "told"),
    [
        ({**_WAREHOUSE, "credential": "env://GLOBEX"}, ("globex", "x"), "is env://GLOBEX, which"),
        (
            {**_LOOKS, "credential": "local://l"},
            ("globex", "x"),
            "Nobody signs in to sources of kind looker",
        ),
        (None, ("globex", "shop"), "needs no credential"),
        (None, ("globex", "shp"), "has no source"),
        (None, ("globx", "shop"), "No client"),
        (None, ("nobody", "a", "--kind", "ga4"), "There is no folder of a client"),
        (None, ("..", "a", "--kind", "ga4"), "There is no folder of a client"),
        (None, ("globex", "A b", "--kind", "ga4"), "cannot be called so"),
        (None, ("globex", "a", "--kind", "mongo"), "Nobody signs in to sources of kind mongo"),
        (None, ("globex", "a", "--kind", "google_sheets"), "Spreadsheets are not listed"),
    ],
)
def test_what_nobody_signs_in_for(
    desk: Desk, *, source: dict[str, str] | None, words: tuple[str, ...], told: str
) -> None:
    desk.client({} if source is None else {"x": source})
    done = desk.login(*words)
    assert done.exit_code == cli.USAGE
    assert told in done.output
    assert not desk.opened


def test_what_is_missing_is_told_before_anybody_signs_in(
    desk: Desk, accounts: google.GoogleDouble, analytics: ga4.Ga4Double
) -> None:
    file = desk.root / "app.json"
    for text, told in ((None, "cannot be read"), ("no json", "it is not JSON")):
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text, "utf-8")
        assert told in desk.login("globex", "web").output
    (desk.root / "credentials" / "recipients" / "reportops.master").unlink()
    assert "reportops key new" in desk.login("globex", "web").output
    assert not desk.opened


def test_one_credential_of_two_platforms_is_refused(desk: Desk) -> None:
    same = {"credential": "local://all"}
    desk.client(
        {
            "warehouse": {**_WAREHOUSE, **same},
            "looks": {**_LOOKS, **same},
        }
    )
    assert "also read with by sources of kind looker" in desk.login("globex", "warehouse").output


def test_every_kind_that_people_sign_in_to_has_its_platform() -> None:
    """What forms say (bot/kinds/typed), and what is done here."""
    kinds = {kind: one.name for one in platforms.PLATFORMS.values() for kind in one.scopes}
    assert {kind: typed.of(kind, {}).login for kind in kinds} == kinds
