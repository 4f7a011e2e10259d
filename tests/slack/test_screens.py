"""Every screen, as people see it; and that none of them says what it must not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import pytest

from bot.domain import delivery, ids, incident, run, views
from bot.domain.period import PeriodKind
from bot.slack import limits
from bot.slack.screens import (
    card,
    change,
    cost,
    details,
    help,  # noqa: A004 - the screen's name
    history,
    listing,
    menu,
    ops,
    pause,
    plain,
    schedule,
    status,
    why,
)
from tests import samples
from tests.slack import golden, shown

Draw = Callable[[], delivery.Body]


def notice(
    kind: PeriodKind, language: str = "en", *, status: run.Status = run.Status.FAILED
) -> delivery.Body:
    """Return the neutral line."""
    return card.notice(kind, language=language, status=status)


SCREENS: Mapping[str, Draw] = {
    "card_open": lambda: card.card(shown.CARD),
    "card_retrying": lambda: card.card(shown.RETRYING),
    "card_recovered": lambda: card.card(shown.RECOVERED),
    "card_skipped": lambda: card.card(shown.SKIPPED),
    "card_paused": lambda: card.card(shown.PAUSED),
    "card_rerun": lambda: card.card(shown.RERUN),
    "card_choice": lambda: card.card(shown.CHOICE),
    "card_held": lambda: card.card(shown.HELD),
    "card_attempt": lambda: card.attempt(replace(shown.CARD, in_ops_channel=True), shown.ATTEMPT),
    "card_act": lambda: card.act(shown.CARD, who=shown.CLAIRE, what="asked for another attempt."),
    "card_notice": lambda: notice(PeriodKind.WEEK),
    "card_notice_sent": lambda: notice(PeriodKind.WEEK, status=run.Status.SUCCEEDED),
    "ops_renumbered": lambda: ops.renumbered(
        ["acme"], ids.ChannelId("C0OLD"), now=ids.ChannelId("C0NEW")
    ),
    "card_late": lambda: card.late(shown.LATE),
    "card_late_sent": lambda: card.late(
        replace(shown.LATE, status=run.Status.SUCCEEDED, posted_at=shown.at(9, 12))
    ),
    "menu_ops": lambda: menu.draw(shown.OVERVIEW, operator=True),
    "menu_own": lambda: menu.draw(shown.OWN, operator=True),
    "menu_reader": lambda: menu.draw(shown.OWN, operator=False),
    "listing": lambda: listing.draw(shown.OVERVIEW),
    "status": lambda: status.draw(shown.STATUS, now=shown.NOW),
    "status_waits": lambda: status.draw(shown.STATUS_WAITS, now=shown.NOW),
    "status_reader": lambda: status.draw(shown.STATUS_OF_OTHERS, now=shown.NOW),
    "history": lambda: history.draw(shown.HISTORY),
    "schedule": lambda: schedule.draw([shown.NEXT], now=shown.NOW),
    "cost": lambda: cost.draw(shown.COSTS),
    "cost_reports": lambda: cost.draw(shown.COSTS_BY_REPORT),
    "help": lambda: help.draw([("/report", "the menu")], example="`/report`"),
    "details": lambda: details.draw(shown.DETAILS),
    "why": lambda: why.draw(shown.WHY),
    "change": lambda: change.draw(shown.CHANGE),
    "ops_faults": lambda: ops.faults(shown.FAULTS),
    "ops_missed": lambda: ops.missed(shown.MISSED),
    "ops_paused": lambda: ops.paused(shown.BY_US, "Acme Corp"),
    "ops_paused_resumed": lambda: ops.paused(
        replace(shown.BY_US, resumed_at=shown.at(9)), "Acme Corp"
    ),
    "card_elsewhere": lambda: card.elsewhere(
        notice(PeriodKind.WEEK), samples.CHANNEL, code="not_in_channel"
    ),
    "plain": lambda: plain.say("I do not know “acmee”. Did you mean `acme`?"),
    "plain_wrong": lambda: plain.wrong("7K2F"),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_looks_as_written_down(name: str) -> None:
    golden.same(name, golden.plain(SCREENS[name]()))


def test_the_pause_modal_looks_as_written_down_and_is_valid() -> None:
    view = pause.modal(samples.ACME, name="Acme Corp", reply_channel="C0OPS")
    assert limits.check_modal(view) == ()
    assert limits.check_modal(pause.loading()) == ()
    golden.same("pause_modal", view)


@pytest.mark.parametrize("name", [name for name in SCREENS if name.startswith("card_")])
def test_a_card_shows_no_credential_outside_words_or_stack_trace(name: str) -> None:
    text = json.dumps(golden.plain(SCREENS[name]()))
    assert "Traceback" not in text
    if name != "card_attempt":
        assert "Token has been expired" not in text


def test_the_other_sides_words_stay_in_the_ops_channel() -> None:
    public = card.attempt(shown.CARD, shown.ATTEMPT).text
    private = card.attempt(replace(shown.CARD, in_ops_channel=True), shown.ATTEMPT).text
    assert shown.REVOKED.said not in public
    assert shown.REVOKED.said in private


def buttons(body: delivery.Body) -> list[dict[str, object]]:
    """Return every button of a body, in order."""
    found: list[dict[str, object]] = []
    for block in body.blocks:
        elements = cast("list[dict[str, object]]", block.get("elements", []))
        found.extend(one for one in elements if one["type"] == "button")
    return found


def test_retry_comes_first_and_carries_the_version_it_was_drawn_from() -> None:
    first = buttons(card.card(shown.CARD))[0]
    assert first["text"] == {"type": "plain_text", "text": "Retry", "emoji": False}
    assert first["value"] == f"{shown.INCIDENT}:3"


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        (PeriodKind.DAY, "en", "Today's report is delayed"),
        (PeriodKind.MONTH, "en", "This month's report is delayed"),
        (PeriodKind.LAST_DAYS, "en", "This report is delayed"),
        (PeriodKind.MONTH_TO_DATE, "en", "This report is delayed"),
        (PeriodKind.WEEK, "fr", "Le rapport de la semaine est en retard"),
        (PeriodKind.QUARTER, "de", "Dieser Bericht verspätet sich"),
        (PeriodKind.DAY, "es", "El informe de hoy se retrasa"),
        (PeriodKind.WEEK, "it", "This week's report is delayed"),
    ],
)
def test_the_neutral_line_fits_the_report(kind: PeriodKind, language: str, words: str) -> None:
    assert notice(kind, language).text.startswith(words)
    sent = {"fr": "Envoyé", "de": "Gesendet", "es": "Enviado"}.get(language, "Sent")
    assert notice(kind, language, status=run.Status.SUCCEEDED).text.startswith(sent)
    end = {"fr": "ne paraîtra pas", "de": "entfällt", "es": "no llegará"}.get(language, "will not")
    ended = notice(kind, language, status=run.Status.SKIPPED).text
    assert end in ended
    assert ended.split()[:2] == words.split()[:2]


def test_a_promise_that_is_broken_says_so_without_a_count_that_grows_old() -> None:
    late = replace(shown.CARD, now=shown.at(9, 12))
    assert "Promise 09:00 Paris, missed \\u00b7" in json.dumps(golden.plain(card.card(late)))


@pytest.mark.parametrize(
    ("status_", "words"),
    [
        (run.Status.RUNNING, "attempt 1 is running"),
        (run.Status.READY, "report ready"),
        (run.Status.QUEUED, "about to be tried again"),
        (run.Status.HELD, "held"),
        (run.Status.FAILED, "not sent"),
    ],
)
def test_an_open_card_says_what_the_run_is_doing(status_: run.Status, words: str) -> None:
    assert words in card.card(replace(shown.CARD, status=status_)).text


@pytest.mark.parametrize(("attempts", "times"), [(1, "once"), (6, "6 times")])
def test_what_is_used_up_is_not_said_to_be_tried_again(attempts: int, times: str) -> None:
    used_up = replace(shown.RETRYING, status=run.Status.FAILED, attempts=attempts)
    seen = views.DetailsView(card=used_up, attempts=(), said="", run_ref="r")
    for body in (card.card(used_up), details.draw(seen)):
        told = json.dumps(golden.plain(body))
        assert f"It was tried {times} and is not tried again by itself: press Retry." in told
        assert "It is tried again by itself." not in told


def test_a_recovered_card_says_how_late_it_was_and_what_the_client_saw() -> None:
    late = replace(
        shown.RECOVERED, posted_at=shown.at(9, 20), client_saw="one neutral line", fixed_by=None
    )
    assert "20 min late · the client saw one neutral line" in card.card(late).text
    assert "sent 09:20" in card.card(replace(late, deliver_by=None)).text
    assert "recovered" in card.card(replace(late, posted_at=None)).text
    closed = replace(shown.SKIPPED, status=run.Status.CANCELLED, fixed_by=None)
    assert card.card(closed).text.endswith("closed")


def test_a_rerun_that_failed_takes_no_post_away() -> None:
    told = json.dumps(golden.plain(card.card(shown.RERUN)), ensure_ascii=False)
    assert "Acme Corp · Weekly KPIs · 9–15 Nov · rerun failed" in told
    assert "The post of Mon 16 Nov 06:10 stands" in told
    assert "not sent" not in told
    assert "has seen" not in told


def test_a_choice_is_told_without_the_failure_of_before() -> None:
    told = json.dumps(golden.plain(card.card(shown.CHOICE)), ensure_ascii=False)
    assert "a rerun differs from what was sent, and waits for somebody to choose" in told
    assert "until somebody looks" not in told
    assert "sign-in" not in told


@pytest.mark.parametrize(
    ("status_", "corrected", "words"),
    [
        (incident.IncidentStatus.RECOVERED, False, "rerun done by <@U0CLAIRE> · the post of"),
        (incident.IncidentStatus.RECOVERED, True, "16 Nov 06:10 is corrected"),
        (incident.IncidentStatus.CLOSED, False, "closed by <@U0CLAIRE> · the post of"),
    ],
)
def test_what_a_rerun_came_to_says_what_stands(
    status_: incident.IncidentStatus, corrected: bool, words: str
) -> None:
    over = replace(shown.OPEN, status=status_)
    view = replace(
        shown.RERUN,
        incident=over,
        status=run.Status.SUCCEEDED,
        corrected=corrected,
        fixed_by=shown.CLAIRE,
    )
    assert words in card.card(view).text


def test_bare_cards_are_whole() -> None:
    bare = replace(
        shown.CARD,
        deliver_by=None,
        owner=None,
        last_good=None,
        buttons=(),
        also_affected=("Daily",),
    )
    text = json.dumps(golden.plain(card.card(bare)))
    assert all(word in text for word in ("No promised time", "No owner named", "never", "Daily"))
    assert buttons(card.card(bare)) == []


@pytest.mark.parametrize(
    ("tried", "words"),
    [
        (replace(shown.ATTEMPT, end=run.AttemptEnd.ABANDONED), "uses no retry"),
        (replace(shown.ATTEMPT, end=run.AttemptEnd.REPORT), "report ready in 2.1 s"),
        (replace(shown.ATTEMPT, failure=None), "ended after 2.1 s"),
        (replace(shown.ATTEMPT, number=2), "Attempt 2, by itself"),
        (replace(shown.ATTEMPT, by=shown.CLAIRE), "by <@U0CLAIRE>"),
        (
            replace(shown.ATTEMPT, failure=run.Failure(code=run.FailureCode.CRASHED)),
            "It may pass by itself.",
        ),
    ],
)
def test_an_attempts_line_says_how_it_ended(tried: run.Attempt, words: str) -> None:
    assert words in card.attempt(shown.CARD, tried).text


def test_empty_lists_say_so() -> None:
    nobody = replace(shown.OVERVIEW, lines=(), faults=0)
    assert "none yet" in menu.draw(nobody, operator=True).text
    assert "client new" in listing.draw(nobody).text
    assert "Nothing is scheduled" in schedule.draw([], now=shown.NOW).text
    assert "nothing yet" in history.draw(replace(shown.HISTORY, rows=())).text
    assert "2 faults in the clients' files" in json.dumps(
        golden.plain(menu.draw(replace(nobody, faults=2), operator=True)), ensure_ascii=False
    )


def test_a_status_without_a_past_or_a_future_says_so() -> None:
    fresh = replace(
        shown.STATUS_OF_OTHERS, last_posted=None, next=None, sent=0, outside=False, name="Bistro"
    )
    text = json.dumps(golden.plain(status.draw(fresh, now=shown.NOW)))
    assert "Nothing sent yet" in text
    assert "nothing is scheduled" in text
    by_shell = views.PauseView(until=None, by=ids.UserId("shell:ada"))
    bare = replace(shown.NEXT, post_at=None, deliver_by=None, paused=True)
    paused = replace(fresh, pause=by_shell, next=bare)
    text = json.dumps(golden.plain(status.draw(paused, now=shown.NOW)))
    assert "until somebody resumes it by shell:ada" in text
    assert "(paused)" in text


def test_a_month_without_reports_costs_nothing() -> None:
    empty = replace(shown.COSTS, rows=(), budget=None)
    assert "$0.00 for 0 reports" in cost.draw(empty).text


def test_a_finished_month_has_no_forecast() -> None:
    assert "forecast" in cost.draw(shown.COSTS).text
    over = cost.draw(replace(shown.COSTS, forecast=None)).text
    assert "forecast" not in over
    assert "AI budget $20.00" in over


def test_ready_are_only_those_that_wait_to_be_posted() -> None:
    lines = [replace(line, ready=False) for line in shown.OVERVIEW.lines]
    sent = replace(shown.OVERVIEW, lines=tuple(lines))
    assert "5 clients: 2 fine · 1 waiting" in menu.draw(sent, operator=True).text
    lines[2] = replace(lines[2], ready=True)
    one = replace(sent, lines=tuple(lines))
    assert "5 clients: 1 ready · 1 fine · 1 waiting" in menu.draw(one, operator=True).text


def test_a_schedule_names_the_slot_only_where_it_moved_the_run() -> None:
    on_time = replace(
        shown.NEXT, run_at=shown.at(6, day=30), post_at=None, deliver_by=None, paused=True
    )
    text = json.dumps(golden.plain(schedule.draw([on_time], now=shown.NOW)))
    assert "slot" not in text
    assert "paused" in text


def test_a_rerun_that_changed_only_its_parts_says_so() -> None:
    same = replace(shown.CHANGE, after=shown.CHANGE.before)
    assert "its parts changed" in change.draw(same).text
    assert "2 figures changed" in change.draw(shown.CHANGE).text
    one = replace(samples.REPORT, metrics=samples.REPORT.metrics[:-1])
    assert "1 figure changed" in change.draw(replace(same, after=one)).text


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (run.Status.QUEUED, "tried again at 09:20"),
        (run.Status.READY, "ready and waits"),
        (run.Status.HELD, "held until somebody looks"),
        (run.Status.WAITING, "waits for its data"),
        (run.Status.RUNNING, "still under way"),
        (run.Status.POSTING, "on its way to Slack"),
        (run.Status.FAILED, "its card says why"),
    ],
)
def test_a_late_report_says_what_it_waits_for(now: run.Status, words: str) -> None:
    view = replace(shown.LATE, status=now, next_attempt_at=shown.at(9, 20))
    assert words in card.late(view).text


def test_files_that_never_loaded_are_not_said_to_run() -> None:
    told = ops.faults(shown.FAULTS, idle={"pvcp", shown.FAULTS[0].client}).text
    assert "last good version" not in told
    assert f"nothing runs for {shown.FAULTS[0].client}" in told
