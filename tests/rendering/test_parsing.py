"""Sentences taken apart."""

from bot.rendering import parsing
from bot.rendering.parsing import Literal, Reference


def test_text_and_references_come_in_order() -> None:
    assert parsing.parse("{a.value} is {b.change}.") == (
        Reference(name="a.value"),
        Literal(text=" is "),
        Reference(name="b.change"),
        Literal(text="."),
    )


def test_a_brace_that_opens_nothing_stays_in_the_text() -> None:
    assert parsing.parse("{a.value") == (Literal(text="{a.value"),)
    assert parsing.parse("") == ()


def test_a_full_stop_ends_a_sentence_but_not_within_a_label() -> None:
    pieces = parsing.parse("Conv. rate {a.change}. {b.label} {b.change}! Then {c.value}.")
    assert [len(part) for part in parsing.sentences(pieces)] == [3, 5, 3]
