"""One file per language; a language that has none is written in English."""

from collections.abc import Mapping

from bot.rendering import words
from bot.rendering.languages import de, en, es, fr

LANGUAGES: Mapping[str, words.Words] = {
    one.code: one for one in (en.WORDS, fr.WORDS, de.WORDS, es.WORDS)
}


def base(language: str) -> str:
    """Return the language of a tag such as ``fr_FR`` or ``fr-CA``: ``fr``."""
    return language.replace("-", "_").split("_", maxsplit=1)[0].lower()


def known(language: str) -> bool:
    """Whether there is a file for it."""
    return base(language) in LANGUAGES


def find(language: str) -> words.Words:
    """Return the words of a language, of English where it has no file."""
    return LANGUAGES.get(base(language), en.WORDS)
