"""Signing in again: what is in force is replaced after a trial beside it, in a real run."""

import pytest

from bot.demo import ga4, google
from tests.signin.desk import Desk

_CLIENT = """\
name: Globex
channel: C0GLOBEX1
timezone: UTC
sources:
  web: {kind: ga4, property: "123456789", credential: "local://ga4"}
reports:
  weekly:
    title: Weekly
    period: week
    queries:
      visits: {source: web, request: {metrics: [sessions]}}
    metrics:
      sessions: {unit: count}
"""


@pytest.mark.slow
def test_it_is_tried_beside_the_one_in_force(
    desk: Desk,
    accounts: google.GoogleDouble,
    analytics: ga4.Ga4Double,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (desk.root / "clients" / "globex" / "client.yaml").write_text(_CLIENT, "utf-8")
    hosts = [url.removeprefix("http://") for url in desk.doubles.values()]
    monkeypatch.setenv("REPORTOPS_EGRESS_PRIVATE", ",".join(hosts))
    monkeypatch.setenv("REPORTOPS_MASTER_KEY", desk.master)
    assert desk.login("globex", "web").exit_code == 0
    first = desk.sealed("ga4")
    done = desk.login("globex", "web")
    assert done.exit_code == 0, done.output
    assert "Same property (Globex shop)" in done.output
    assert "1 of 1 figures of the last full week equal. Swapped" in done.output
    assert desk.sealed("ga4")["refresh_token"] != first["refresh_token"]
    assert desk.seal().versions("globex", "ga4").kept == (1, 2)
