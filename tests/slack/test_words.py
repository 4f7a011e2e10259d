"""Blocks' words and moments: what is escaped, cut and said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain import delivery, ids
from bot.domain.period import Period, PeriodKind
from bot.slack import blocks, moments
from bot.slack.screens import card, change, dollars, help, ops, pause, status, why  # noqa: A004
from tests import samples
from tests.slack import golden, local, shown

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("told", "safe"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("*bold* ~gone~ `code`", "∗bold∗ ∼gone∼ ˋcodeˋ"),
        ("_slanted_ env://ACME_BIGQUERY", "ˍslantedˍ env://ACME_BIGQUERY"),
        ("> quoted\n> twice", "› quoted\n› twice"),
        ("at 08:30:00 :tada: a:b:c", "at 08:30:00 ꞉tada꞉ a:b:c"),
        ("left\u202eright\u0000", "leftright"),
    ],
)
def test_other_peoples_words_do_nothing(told: str, safe: str) -> None:
    assert blocks.escape(told) == safe


def test_a_link_hides_nothing_in_its_label() -> None:
    assert blocks.link("https://a.example/?b&c", "x|<y>") == (
        "<https://a.example/?b&amp;c|x¦&lt;y&gt;>"
    )


def test_a_cut_leaves_no_half_mention() -> None:
    assert blocks.cut("see <@U0CLAIRE> now", 12) == "see…"
    assert blocks.cut("a &amp; b", 5) == "a…"
    assert blocks.one_line("  many\n  words  ", 20) == "many words"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (2.12, "2.1 s"),
        (41, "41 s"),
        (720, "12 min"),
        (3600, "1 h"),
        (10680, "2 h 58"),
        (86400, "1 d"),
        (93600, "1 d 2 h"),
        (-720, "12 min"),
    ],
)
def test_a_span_reads_in_its_largest_units(seconds: float, told: str) -> None:
    assert moments.span(timedelta(seconds=seconds)) == told


def test_a_moment_names_its_day_only_where_it_is_another() -> None:
    at = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert moments.moment(at, PARIS, now=at) == "08:30"
    assert moments.moment(at, PARIS) == "Mon 23 Nov 08:30"
    assert moments.moment(at, "America/New_York", now=at - timedelta(days=1)) == "Mon 23 Nov 02:30"
    assert moments.city("America/New_York") == "New York"


@pytest.mark.parametrize(
    ("kind", "start", "end", "told"),
    [
        (PeriodKind.WEEK, (2026, 11, 16), (2026, 11, 23), "16–22 Nov"),
        (PeriodKind.WEEK, (2026, 11, 30), (2026, 12, 7), "30 Nov – 6 Dec"),
        (PeriodKind.MONTH, (2026, 11, 1), (2026, 12, 1), "November 2026"),
        (PeriodKind.QUARTER, (2026, 10, 1), (2027, 1, 1), "Q4 2026"),
        (PeriodKind.DAY, (2026, 11, 22), (2026, 11, 23), "Sun 22 Nov"),
    ],
)
def test_a_period_reads_short(
    kind: PeriodKind,
    *,
    start: tuple[int, int, int],
    end: tuple[int, int, int],
    told: str,
) -> None:
    assert moments.period(Period(kind=kind, start=date(*start), end=date(*end))) == told


@pytest.mark.parametrize(
    ("amount", "told"),
    [("1.235", "$1.24"), ("0.001", "<$0.01"), ("0", "$0.00"), ("1234.5", "$1,234.50")],
)
def test_dollars_never_read_as_nothing(amount: str, told: str) -> None:
    assert dollars.told(Decimal(amount)) == told


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [("1.24", "20", "6%"), ("0.03", "20", "0.2%"), ("0", "0", "0%"), ("1", "0", "over it")],
)
def test_a_share_of_a_budget(part: str, whole: str, told: str) -> None:
    assert dollars.share(Decimal(part), Decimal(whole)) == told


@pytest.mark.parametrize("hold", ["outsiders", "changed"])
def test_a_held_report_asks_for_a_word(hold: str) -> None:
    body = ops.held("Acme Corp", "Weekly KPIs", run_id=shown.RUN.id, hold=hold)
    golden.same(f"ops_held_{hold}", golden.plain(body))
    assert local.refusal(body) == ""


def test_nobody_from_outside_is_claimed_where_slack_does_not_say() -> None:
    body = ops.unsure([("Acme Corp", "Weekly KPIs")], at="06:20")
    assert "outside" not in body.text
    assert "Acme Corp · Weekly KPIs is ready and held: Slack does not say who" in body.text
    assert len(body.blocks) == 1  # no button: nobody knows whom it would mean
    assert "outside" not in ops.unsure((), at="06:20").text


def test_two_hundred_that_wait_for_one_permission_are_one_short_message() -> None:
    body = ops.unsure([(f"Client {number}", "Weekly") for number in range(200)], at="06:20")
    assert body.text.startswith("🟠 200 reports are ready and held")
    assert "more" in str(body.blocks)
    assert len(str(body.blocks)) < 3000


def test_small_screens_are_whole() -> None:
    assert "Try" not in str(help.draw([("/report", "the menu")]).blocks)
    assert card.fix(shown.CARD) == card.card(shown.CARD)
    quiet = replace(samples.REPORT, provenance=())
    alone = why.draw(replace(shown.WHY, report=quiet, definitions=shown.WHY.definitions[:1]))
    assert len(alone.blocks) == 2


def test_mended_files_are_said() -> None:
    assert "globex are in order again" in ops.mended("globex").text


def test_what_was_plain_text_is_said_elsewhere_too() -> None:
    body = card.elsewhere(pause_line(), ids.ChannelId("C0GONE"), code="is_archived")
    assert len(body.blocks) == 2
    assert local.refusal(body) == ""


def pause_line() -> delivery.Body:
    """Return a body without blocks."""
    return delivery.Body(text="words alone")


def test_a_channel_that_outside_people_read_says_so_to_operators() -> None:
    alone = replace(shown.STATUS, outside=False, owner=None, walls="")
    assert "outside" not in str(status.draw(alone, now=shown.NOW).blocks)
    assert "outside people" in str(status.draw(shown.STATUS, now=shown.NOW).blocks)
    assert "outside" not in str(status.draw(shown.STATUS_OF_OTHERS, now=shown.NOW).blocks)


def test_a_long_preview_is_cut_and_counted() -> None:
    many = tuple(samples.figure(f"f{number}", str(number), "1") for number in range(30))
    after = replace(samples.REPORT, metrics=many)
    text = str(change.draw(replace(shown.CHANGE, after=after)).blocks)
    assert "more" in text


def test_the_modal_offers_a_date_where_one_was_said() -> None:
    view = pause.modal(samples.ACME, name="Acme", until=date(2026, 12, 1))
    assert "2026-12-01" in str(view)


def test_absurd_figures_are_told_each_with_what_it_was() -> None:
    why = ["Revenue is 0; lately it was 46,100 at least", "<!channel> is 1,201; lately 120 at most"]
    body = ops.absurd("Acme Corp", "Weekly KPIs", run_id=shown.RUN.id, why=why)
    golden.same("ops_held_absurd", golden.plain(body))
    assert local.refusal(body) == ""
    assert "<!channel>" not in str(body.blocks)


def test_data_that_is_not_complete_is_told_with_its_days() -> None:
    why = ["“orders” is complete to 2026-11-21 only; the period ends 2026-11-22"]
    body = ops.stale("Acme Corp", "Weekly KPIs", run_id=shown.RUN.id, why=why)
    golden.same("ops_held_stale", golden.plain(body))
    assert local.refusal(body) == ""
