"""The morning digest, as people see it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.domain import delivery, fresh, ids, incident, morning, pause, run
from bot.slack import limits
from bot.slack.screens import digest
from tests.slack import golden, shown

S = run.Status
MIDNIGHT = shown.at(1) - timedelta(hours=1)
MAX = ids.UserId("U0MAX")
AWAY = run.Failure(
    code=run.FailureCode.SOURCE_UNREACHABLE, source="warehouse", kind="bigquery", said="no route"
)
OUTAGE = incident.Outage(
    id=ids.OutageId("o000000000000001"),
    shared="source:bigquery",
    failure=AWAY,
    status=incident.IncidentStatus.OPEN,
    version=2,
    opened_at=shown.at(6, 10),
)


def line(
    name: str,
    status: S = S.SUCCEEDED,
    *,
    owner: ids.UserId | None = shown.CLAIRE,
    failure: run.Failure | None = None,
    **change: object,
) -> morning.Line:
    """One client's weekly report."""
    one = replace(
        shown.RUN,
        id=ids.RunId(f"r-{name}"),
        client=ids.ClientId(name.lower()),
        status=status,
        deliver_by=shown.at(9),
        **change,
    )
    stopped = ids.IncidentId(f"i-{name}") if failure else None
    return morning.Line(
        fired=morning.Fired(
            run=one,
            posted_at=shown.at(8, 30) if status is S.SUCCEEDED else None,
            incident=stopped,
            version=3 if failure else 0,
            failure=failure,
        ),
        client_name=name,
        report_title="Weekly KPIs",
        owner=owner,
        source_label="BigQuery" if failure else None,
    )


def of(*lines: morning.Line, now: datetime = shown.NOW) -> morning.Morning:
    return morning.Morning(
        day=date(2026, 11, 23),
        begins=MIDNIGHT,
        timezone=shown.ZONE,
        now=now,
        lines=lines,
    )


SENT = [line(f"Client {number}") for number in range(1, 198)]
READY = [line(name, S.READY, post_at=shown.at(8, 30)) for name in ("XYZ", "Bistro", "Lumen")]
QUEUED = [
    line(name, S.QUEUED, next_attempt_at=shown.at(6, 5 + number))
    for number, name in enumerate(("Acme", "PVCP"))
]
RETRIED = line("PVCP", S.QUEUED, failure=AWAY, next_attempt_at=shown.at(6, 31), attempts=2)
BEHIND = fresh.Lag(
    query="orders", source="warehouse", data_to=date(2026, 11, 21), needs=date(2026, 11, 22)
)
STALE = replace(
    line("Lumen", S.WAITING),
    fired=replace(
        line("Lumen", S.WAITING, next_attempt_at=shown.at(6, 35)).fired,
        waits_for=fresh.failure(BEHIND),
    ),
    source_label="BigQuery",
)
REVOKED = line("Acme", S.FAILED, failure=shown.REVOKED)
SHARED = line("Bistro", S.HELD, owner=MAX, hold="outsiders")
NOBODYS = line("Zebra", S.FAILED, owner=None, failure=AWAY)
PAUSED = replace(
    line("Orchid", S.READY),
    pause=pause.Pause(
        client=ids.ClientId("orchid"),
        since=shown.NOW,
        until=MIDNIGHT + timedelta(days=8),
        by=shown.CLAIRE,
        reason="",
    ),
)
STOPPED = [
    replace(
        line(f"Client {number}", S.FAILED if number % 2 else S.QUEUED, failure=AWAY),
        fired=replace(
            line(f"Client {number}", S.FAILED if number % 2 else S.QUEUED, failure=AWAY).fired,
            outage=OUTAGE.id,
        ),
    )
    for number in range(120)
]
MANY = [
    *(line(f"Failed {number}", S.FAILED, failure=shown.REVOKED) for number in range(60)),
    *(line(f"Held {number}", S.HELD, hold="outsiders", owner=MAX) for number in range(40)),
    *(line(f"Missed & <co> {number} " + "x" * 200, S.MISSED) for number in range(100)),
    *(line(f"Going {number}", S.RUNNING) for number in range(100)),
]

MORNINGS: Mapping[str, morning.Morning] = {
    "calm": of(*SENT[:2], *READY, *QUEUED),
    "waiting": of(*SENT, RETRIED, STALE, now=shown.at(6, 20)),
    "needs_you": of(*SENT[:3], REVOKED, SHARED, NOBODYS, PAUSED, line("Late", S.SKIPPED)),
    "outage": replace(of(*SENT[:80], *STOPPED), outages=(OUTAGE,)),
    "all_sent": of(*SENT, now=shown.at(9, 30)),
    "bot_was_down": of(line("Acme", S.MISSED), line("PVCP", S.MISSED), *SENT[:3]),
    "five_hundred": replace(of(*SENT[:80], *STOPPED, *MANY), outages=(OUTAGE,)),
}


@pytest.mark.parametrize("name", MORNINGS)
def test_a_morning_looks_as_written_down(name: str) -> None:
    golden.same(f"digest_{name}", golden.plain(digest.draw(MORNINGS[name])))


@pytest.mark.parametrize("name", MORNINGS)
def test_it_is_never_cut(name: str) -> None:
    body = digest.draw(MORNINGS[name])
    assert len(body.blocks) <= 40
    assert len(body.text) < limits.TEXT
    text = json.dumps(golden.plain(body), ensure_ascii=False)
    assert "cut here" not in text
    assert len(text) < 25_000


@pytest.mark.parametrize("name", MORNINGS)
def test_every_report_is_counted_once(name: str) -> None:
    numbers = [int(part.split()[0]) for part in digest.draw(MORNINGS[name]).text.split(" · ")[1:]]
    assert sum(numbers) == len(MORNINGS[name].lines)


def test_the_head_says_how_many() -> None:
    assert digest.draw(of(*SENT, RETRIED, STALE, REVOKED)).text == (
        "Monday 23 Nov · 197 sent · 2 waiting · 1 needs you"
    )
    assert "2 need you" in digest.draw(of(REVOKED, NOBODYS)).text


def _buttons(body: delivery.Body) -> list[str]:
    found = [str(block.get("accessory")) for block in body.blocks if "accessory" in block]
    return [text.split("'action_id': '")[1].split("'")[0] for text in found]


def test_each_exception_has_its_button() -> None:
    body = digest.draw(MORNINGS["needs_you"])
    assert set(_buttons(body)) == {
        "menu_fix",
        "audience_confirm",
        "incident_retry",
        "menu_resume",
    }
    assert "incident_retry" in _buttons(digest.draw(MORNINGS["waiting"]))
    assert "menu_rerun" in _buttons(digest.draw(MORNINGS["bot_was_down"]))
    assert _buttons(digest.draw(MORNINGS["outage"])) == ["outage_retry"]


def test_it_changes_only_when_something_has_happened() -> None:
    told = MORNINGS["five_hundred"]
    for minutes in (1, 10, 100):
        later = replace(told, now=told.now + timedelta(minutes=minutes))
        assert digest.draw(later) == digest.draw(told)


def test_a_broken_promise_shows() -> None:
    calm, late = of(*READY), of(*READY, now=shown.at(9, 1))
    assert "missed" not in str(digest.draw(calm).blocks)
    assert str(digest.draw(late).blocks).count("promise 09:00, missed") == len(READY)


def test_what_came_late_is_named() -> None:
    slow = replace(SENT[0], fired=replace(SENT[0].fired, posted_at=shown.at(9, 20)))
    assert "late: Client 1" in str(digest.draw(of(slow, *SENT[1:])).blocks)


def test_names_of_clients_cannot_style_or_mention() -> None:
    evil = replace(REVOKED, client_name="<!channel> *x*")
    text = json.dumps(golden.plain(digest.draw(of(evil, line("<@U0CLAIRE>")))))
    assert "<!channel>" not in text
    assert "&lt;@U0CLAIRE&gt;" in text


def test_no_words_of_the_other_side_are_shown() -> None:
    for told in MORNINGS.values():
        text = str(digest.draw(told))
        assert shown.REVOKED.said not in text
        assert AWAY.said not in text
