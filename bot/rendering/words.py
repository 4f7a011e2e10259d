"""The words of one language: what code says of figures, and what a model may not type itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.period import PeriodKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What is refused outside references. Entries are regular expressions over one whole word,
    lower case; those of ``phrases`` over the running text.
    """

    numbers: tuple[str, ...]
    directions: tuple[str, ...]
    """Direction, rank and judgement: each is a claim that only computed figures may make."""
    causes: tuple[str, ...]
    phrases_of_number: tuple[str, ...] = ()
    phrases_of_cause: tuple[str, ...] = ()
    phrases_of_last_year: tuple[str, ...] = ()
    """Need a figure of last year in the same sentence."""
    negations: tuple[str, ...] = ()
    """Refused right before a change, which they would turn round."""

    def patterns(self) -> "Patterns":
        """Return the vocabulary compiled."""
        return Patterns(
            number=_either(self.numbers),
            direction=_either(self.directions),
            cause=_either(self.causes),
            number_phrase=_either(self.phrases_of_number, running=True),
            cause_phrase=_either(self.phrases_of_cause, running=True),
            last_year=_either(self.phrases_of_last_year, running=True),
            negation=re.compile(rf"\b(?:{'|'.join(self.negations)})(?:\s+\w+)?\s*$"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """A vocabulary, compiled; the first three are for ``fullmatch`` on one word."""

    number: re.Pattern[str]
    direction: re.Pattern[str]
    cause: re.Pattern[str]
    number_phrase: re.Pattern[str]
    cause_phrase: re.Pattern[str]
    last_year: re.Pattern[str]
    negation: re.Pattern[str]


def nouns(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def _either(entries: tuple[str, ...], *, running: bool = False) -> re.Pattern[str]:
    if not entries:
        return re.compile(r"(?!)")
    joined = "|".join(entries).replace("ß", "ss")  # as casefold has it in the text
    return re.compile(rf"\b(?:{joined})\b" if running else f"(?:{joined})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """The template's sentences: ``string.Template`` over references and lists of them."""

    moved: str
    """$label $change $value, for a figure that rose or fell."""
    flat: str
    """The same for one that stayed flat."""
    came: str
    """$label $value, where there is nothing to compare."""
    went: str
    """$label $move."""
    alike: str
    """Joins two figures that moved the same way."""
    unlike: str
    """Joins two that did not."""
    mover: str
    """$name $contribution $rest."""
    mover_of: str
    """The same where the breakdown is not of the first figure: $label too."""
    missing: str
    """$labels that have no value."""
    last_year: str
    """$label $change against the same period of last year."""
    first: str
    """$period has no earlier one."""
    listed: str = ", "
    last_listed: str = " and "


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that is said in one language. ``{}`` takes the figure."""

    code: str
    rose: str
    fell: str
    flat: str
    """Takes the signed change."""
    unchanged: str
    no_base: str
    """In the place of a change, in a sentence."""
    move_rose: str
    """Takes before and after, as ``{0}`` and ``{1}``; so do the other two."""
    move_fell: str
    move_flat: str
    gained: str
    lost: str
    even: str
    share: str = "{}"
    """Around a percentage within a sentence."""
    points: str
    not_available: str
    none: str
    """In a table's cell, where there is no value."""
    no_comparison: str
    flat_cell: str
    better: str
    worse: str
    unnamed: str
    versus: str
    so_far: str
    at_time: str
    """Takes a day and a time of day."""
    data_to: str
    by_ai: str
    without_ai: str
    partial: str
    """The period is still running."""
    data_ends: str
    provisional: str
    sampled: str
    thresholded: str
    other_row: str
    truncated: str
    """Takes a query, the last day of its data, and that of the period."""
    no_value: str
    """Takes a label."""
    breakdown_differs: str
    """Takes a breakdown, and the label of the metric that it splits."""
    last_year: Mapping[PeriodKind, str]
    """How the same period of last year is called."""
    common: frozenset[str] = field(default_factory=frozenset[str])
    """Nouns that lose their capital within a sentence; whatever is not here may be a name."""
    prose: Prose
    refused: Vocabulary
