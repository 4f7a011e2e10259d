"""The home tab, the modal that answers, and what is said about a report."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from bot.cli import text
from bot.demo.slack import blocks as judge
from bot.demo.slack import check, shapes, workspace
from bot.domain import delivery, ids, views
from bot.domain.views import Light
from bot.slack import blocks, limits
from bot.slack.screens import about, cost, home, listing, menu, window
from tests.slack import golden, shown

DIRECT = "D0CLAIRE"
HELP = (("/report", "how it stands, with buttons"), ("/report status CLIENT", "one client"))


def fleet(count: int) -> views.Overview:
    """So many clients, all with long names; the last two need somebody, as they stand first."""
    lines = [
        replace(
            shown.OVERVIEW.lines[0 if n < 2 else 2],
            client=ids.ClientId(f"client{n:03}"),
            name=f"Client {n:03} " + "x" * 60,
            text="Google sign-in revoked, " + "y" * 80,
            next=shown.at(6, day=30),
            paused=n % 7 == 3,
        )
        for n in range(count)
    ]
    return replace(shown.OVERVIEW, lines=tuple(lines))


def problems(view: dict[str, object], surface: check.Surface) -> list[str]:
    """Return what Slack would refuse about a view."""
    pen = check.Check(surface=surface, rules=workspace.Rules(), image_ready=lambda _: True)
    judge.check_blocks(pen, shapes.items(view["blocks"]), root="/view/blocks")
    return pen.problems


def test_home_looks_as_written_down() -> None:
    paused = replace(shown.OVERVIEW.lines[4], paused=True)
    coming = replace(shown.OVERVIEW.lines[2], next=shown.at(6, day=30))
    view = replace(shown.OVERVIEW, lines=(*shown.OVERVIEW.lines[:2], coming, paused))
    golden.same("home_fleet", home.fleet(view, channel=DIRECT))
    golden.same("home_hello", home.hello(HELP, channel=DIRECT))


@pytest.mark.parametrize("count", [0, 1, 5, 46, 47, 200, 500])
def test_home_is_what_slack_takes_however_many_clients(count: int) -> None:
    view = home.fleet(fleet(count), channel=DIRECT)
    assert problems(view, "home") == []
    found = shapes.objects(view["blocks"])
    assert 1 <= len(found) <= 100
    assert len(json.dumps(view)) < 250_000
    told = json.dumps(view)
    assert ("more clients" in told or "more client:" in told) == (count > home.MOST)
    if count > 1:
        assert "Client 000" in shapes.dump(found[3])


def test_who_needs_somebody_stands_first_and_has_fix() -> None:
    told = json.dumps(home.fleet(fleet(200), channel=DIRECT))
    assert told.count('"text": "Fix"') == 2
    assert f"and {200 - home.MOST} more clients" in told


def test_hello_fits_however_little_there_is_to_say() -> None:
    assert problems(home.hello((), channel=DIRECT), "home") == []


@pytest.mark.parametrize("operator", [True, False])
def test_about_looks_as_written_down(*, operator: bool) -> None:
    line = shown.ABOUT.line if operator else replace(shown.ABOUT.line, light=Light.AMBER, text="…")
    view = replace(
        shown.ABOUT, operator=operator, by=shown.ABOUT.by if operator else None, line=line
    )
    golden.same("about" if operator else "about_reader", golden.plain(about.draw(view)))


def test_an_answer_in_a_modal_has_lines_for_tables() -> None:
    view = window.draw(cost.draw(shown.COSTS), channel=DIRECT)
    assert limits.check_modal(view) == ()
    assert problems(dict(view), "modal") == []
    golden.same("window_cost", view)
    assert limits.check_modal(window.loading()) == ()


def test_words_alone_make_a_modal_too() -> None:
    view = window.draw(delivery.Body(text="Done."))
    assert shapes.objects(dict(view)["blocks"]) == [blocks.section("Done.")]
    assert view["private_metadata"] == "window"


@pytest.mark.parametrize("screen", [partial(menu.draw, operator=True), listing.draw])
def test_the_fleet_tells_what_holds_between_clients(
    screen: Callable[[views.Overview], delivery.Body],
) -> None:
    told = "strong · 56 of 56 attacks stopped, tried 2 min ago · open inside: db.office:5432"
    view = replace(shown.OVERVIEW, isolation=told)
    assert f"Isolation: {told}" in str(golden.plain(screen(view)))
    assert "Isolation" not in str(golden.plain(screen(shown.OVERVIEW)))
    assert text.of(view).endswith(f"\nIsolation: {told}")
