"""What people type, taken apart."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import errors
from bot.operations import grammar
from bot.operations.grammar import Request, Verb


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Request(verb=Verb.MENU)),
        ("   ", Request(verb=Verb.MENU)),
        ("menu", Request(verb=Verb.MENU)),
        ("help", Request(verb=Verb.HELP)),
        ("?", Request(verb=Verb.HELP)),
        ("LIST", Request(verb=Verb.LIST)),
        ("status", Request(verb=Verb.STATUS)),
        ("status Acme", Request(verb=Verb.STATUS, names=("acme",))),
        ("status `acme`", Request(verb=Verb.STATUS, names=("acme",))),
        ("status <#C0ACME|acme>", Request(verb=Verb.STATUS, names=("<#C0ACME|acme>",))),
        ("acme", Request(verb=Verb.STATUS, names=("acme",))),
        ("rerun acme", Request(verb=Verb.RERUN, names=("acme",))),
        (
            "rerun acme weekly 2026-W46",
            Request(verb=Verb.RERUN, names=("acme", "weekly"), period="2026-W46"),
        ),
        ("rerun 2026-w46 acme", Request(verb=Verb.RERUN, names=("acme",), period="2026-W46")),
        ("rerun acme 2026-11-16", Request(verb=Verb.RERUN, names=("acme",), period="2026-11-16")),
        ("rerun acme 2026-Q4", Request(verb=Verb.RERUN, names=("acme",), period="2026-Q4")),
        ("rerun failed", Request(verb=Verb.RERUN_FAILED)),
        ("rerun Failed", Request(verb=Verb.RERUN_FAILED)),
        ("pause acme", Request(verb=Verb.PAUSE, rest="acme")),
        ("pause acme office move", Request(verb=Verb.PAUSE, rest="acme office move")),
        (
            "pause acme until 2026-12-01 holidays &amp; rest",
            Request(
                verb=Verb.PAUSE, names=("acme",), until=date(2026, 12, 1), rest="holidays & rest"
            ),
        ),
        (
            "pause for 3d waiting for data",
            Request(verb=Verb.PAUSE, span=timedelta(days=3), rest="waiting for data"),
        ),
        ("pause acme for 2 weeks", Request(verb=Verb.PAUSE, names=("acme",), span=timedelta(14))),
        (
            "pause acme for 12h",
            Request(verb=Verb.PAUSE, names=("acme",), span=timedelta(hours=12)),
        ),
        (
            "pause waiting for data",
            Request(verb=Verb.PAUSE, rest="waiting for data"),
        ),
        ("pause for data", Request(verb=Verb.PAUSE, rest="for data")),
        ("resume acme", Request(verb=Verb.RESUME, names=("acme",))),
        ("schedule", Request(verb=Verb.SCHEDULE)),
        ("history acme", Request(verb=Verb.HISTORY, names=("acme",))),
        ("cost", Request(verb=Verb.COST)),
        ("cost 2026-11 acme", Request(verb=Verb.COST, names=("acme",), month=date(2026, 11, 1))),
        ("cost acme 2026-11", Request(verb=Verb.COST, names=("acme",), month=date(2026, 11, 1))),
        ("whoami", Request(verb=Verb.WHOAMI)),
    ],
)
def test_a_command_is_taken_apart(text: str, expected: Request) -> None:
    assert grammar.parse(text, clients={"acme", "globex"}) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rerunn acme", "Did you mean `rerun`?"),
        ("shedule", "Did you mean `schedule`?"),
        ("globx", "Did you mean `globex`?"),
        ("xyzzy", "I do not know “xyzzy”. `/report help`"),
        ("status acme globex", "I do not know what to do with “globex”"),
        ("whoami please", "I do not know what to do with “please”"),
        ("rerun acme 2026-W46 2026-W47", "One period at a time"),
        ("pause acme until", "is not a date"),
        ("pause acme until tomorrow", "year-month-day"),
        ("pause acme until 2026-02-30", "is not a date"),
        ("pause acme for ever", "such as 12h, 3d or 2w"),
        ("pause acme for 0d", "such as 12h, 3d or 2w"),
        ("pause acme for 9999w", "up to a year"),
        ("cost 2026-13", "is not a month"),
        ("cost 2026-W46", "is not a month"),
    ],
)
def test_what_cannot_be_read_is_told_kindly(text: str, says: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        grammar.parse(text, clients={"acme", "globex"})
    assert says in str(caught.value)


def test_a_client_that_the_asker_may_not_see_is_never_suggested() -> None:
    with pytest.raises(errors.UsageError) as caught:
        grammar.parse("globx", clients=())
    assert "globex" not in str(caught.value)


def test_what_was_typed_comes_back_without_markup() -> None:
    assert grammar.quoted("<!channel>*x*" + "y" * 99) == "“!channelx" + "y" * 27 + "”"


_WORDS = st.sampled_from(
    ["rerun", "pause", "cost", "until", "for", "acme", "failed", "2026-W46", "3d", "2026-13"]
)


@given(st.one_of(st.text(), st.lists(_WORDS | st.text(max_size=5)).map(" ".join)))
@example("pause for")
@example("rerun \u0663\u0663\u0663\u0663-W\u0664")
@example("pause x for \u00b2 d")
@example("cost 0000-01")
@example("pause acme until 0000-01-01")
def test_nothing_but_a_usage_error_ever_comes_out(text: str) -> None:
    try:
        request = grammar.parse(text, clients={"acme"})
    except errors.UsageError as error:
        assert str(error)  # noqa: PT017 - the other way to end
    else:
        assert isinstance(request.verb, Verb)
