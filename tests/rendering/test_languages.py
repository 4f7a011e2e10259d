"""The catalogue of words."""

import string

import pytest

from bot.domain.period import PeriodKind
from bot.rendering import languages, words

ALL = sorted(languages.LANGUAGES.values(), key=lambda one: one.code)


def test_tags_find_their_language_and_others_are_english() -> None:
    assert languages.find("fr-CA").code == "fr"
    assert languages.find("DE_de").code == "de"
    assert languages.find("pt").code == "en"
    assert languages.known("es_MX")
    assert not languages.known("pt")


@pytest.mark.parametrize("spoken", ALL, ids=lambda one: one.code)
def test_every_pattern_takes_what_code_gives_it(spoken: words.Words) -> None:
    for pattern in (spoken.rose, spoken.fell, spoken.flat, spoken.gained, spoken.lost):
        assert "4.1%" in pattern.format("4.1%")
    for pattern in (spoken.move_rose, spoken.move_fell, spoken.move_flat, spoken.at_time):
        assert "A" in pattern.format("A", "B")
        assert "B" in pattern.format("A", "B")
    assert set(spoken.last_year) == set(PeriodKind)


@pytest.mark.parametrize("spoken", ALL, ids=lambda one: one.code)
def test_every_sentence_names_the_fields_it_is_given(spoken: words.Words) -> None:
    prose = spoken.prose
    fields = {
        "moved": {"label", "change", "value"},
        "flat": {"label", "change", "value"},
        "came": {"label", "value"},
        "went": {"label", "move"},
        "mover": {"name", "contribution", "rest"},
        "mover_of": {"label", "name", "contribution", "rest"},
        "missing": {"labels"},
        "last_year": {"label", "change"},
        "first": {"period"},
    }
    for name, wanted in fields.items():
        assert set(string.Template(getattr(prose, name)).get_identifiers()) == wanted, name


@pytest.mark.parametrize("spoken", ALL, ids=lambda one: one.code)
def test_common_nouns_are_written_small(spoken: words.Words) -> None:
    assert all(noun == noun.lower() for noun in spoken.common)


def test_a_vocabulary_without_phrases_refuses_none() -> None:
    patterns = languages.find("de").refused.patterns()
    assert not patterns.cause_phrase.findall("alles und mehr")
