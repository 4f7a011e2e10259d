"""`reportops run` where an optional source is down, or refuses."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.demo import loopback
from tests.cli.conftest import Shell

pytestmark = pytest.mark.slow

SOURCE = """\
  ads: {kind: http_json, url: "https://ads.example", credential: env://GLOBEX_ADS}
"""
QUERY = """\
      spend:
        source: ads
        optional: true
        request: {path: spend, columns: {ad_spend: $.spend}}
"""
METRIC = """\
      ad_spend: {unit: currency}
"""


class Ads:
    """Answers with a status, and asks to come back in an hour."""

    def __init__(self) -> None:
        self.status = 429
        self.http = loopback.Loopback([("GET", "/spend", self._answer)])

    def _answer(self, _: loopback.Request) -> loopback.Reply:
        return loopback.Reply(status=self.status, headers={"Retry-After": "3600"})


@pytest.fixture
def ads(clients: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ads]:
    """The client globex, which also asks another service."""
    file = clients / "globex" / "client.yaml"
    text = file.read_text("utf-8")
    parts = {"\nreports:": SOURCE, "    metrics:": QUERY, "    narrative:": METRIC}
    for before, more in parts.items():
        assert before in text
        text = text.replace(before, f"{more}{before}", 1)
    file.write_text(text, "utf-8")
    made = Ads()
    made.http.start()
    monkeypatch.setenv("GLOBEX_ADS", "demo" + "-token")
    monkeypatch.setenv("REPORTOPS_DOUBLES", f"http_json={made.http.url}")
    monkeypatch.setenv("REPORTOPS_EGRESS_PRIVATE", urlsplit(made.http.url).netloc)
    yield made
    made.http.stop()


@pytest.mark.usefixtures("ads")
def test_an_optional_source_that_is_down_is_left_out_and_told(shell: Shell) -> None:
    result = shell("run", "globex")
    assert result.exit_code == 0, result.stderr
    assert "Left out: HTTP (JSON)." in result.stdout
    assert "€700" in result.stdout
    assert result.stderr == (
        "HTTP (JSON) is turning requests away (rate limit or quota). "
        "It asks us to come back in 1 h. The report is made without it.\n"
    )


def test_one_that_refuses_is_left_out_on_somebodys_word(shell: Shell, ads: Ads) -> None:
    ads.status = 401
    result = shell("run", "globex")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Or leave it out: --without ads." in result.stderr
    result = shell("run", "globex", "--without", "ads")
    assert result.exit_code == 0, result.stderr
    assert "Left out: HTTP (JSON)." in result.stdout
    result = shell("run", "globex", "--without", "shop")
    assert result.exit_code == 2
    assert "weekly cannot be made without 'shop'" in result.stderr
