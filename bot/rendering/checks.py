"""What a model may not write: anything that only a computed figure may say (Settled 7)."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from bot.domain import report
from bot.rendering import figures, languages, parsing, text, words
from bot.rendering.figures import Figure, Part

LENGTH_MIN, LENGTH_MAX = 10, 600
REFERENCES_MAX = 14

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_ENDINGS = "ai|app|biz|ch|co|com|de|dev|es|eu|fr|info|io|it|ly|me|net|nl|org|shop|uk|us"
_ADDRESS = re.compile(rf"://|\bwww\.|\b[\w-]+\.(?:{_ENDINGS})\b", re.IGNORECASE)
_SLACK = re.compile(r"[<>]|@\w|(?<!\w)#\w|:[a-z0-9_+'-]+:", re.IGNORECASE)
_FORMATTING = re.compile(r"[*~`_]|\]\(")
_BEFORE = re.compile(r"[\s(«“‘\"'’/]$")
_BEHIND = re.compile(r"[\s).,;:!?…»”\"'’/]")
_SYMBOLS = frozenset("%‰‱+−±=≈≠≤≥→←↑↓")


class Fault(StrEnum):
    """What is wrong with a sentence."""

    UNKNOWN = "unknown_reference"
    ABSENT = "absent_figure"
    BRACE = "brace"
    NO_REFERENCE = "no_reference"
    TOO_MANY = "too_many_references"
    LENGTH = "length"
    DIGIT = "digit"
    NUMBER = "number_word"
    SYMBOL = "symbol"
    DIRECTION = "direction_word"
    CAUSE = "cause"
    NEGATION = "negation"
    COMPARISON = "wrong_comparison"
    GLUED = "glued_reference"
    SUBJECT = "wrong_subject"
    ADDRESS = "address"
    SLACK = "slack_sequence"
    FORMATTING = "formatting"
    HIDDEN = "hidden_character"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason to refuse a sentence, in plain words, bounded to 200 characters."""

    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    known: Mapping[str, Figure]
    allowed: re.Pattern[str] | None
    mentions: tuple[tuple[re.Pattern[str], str], ...]
    """What names a subject when it is typed."""
    vocabularies: tuple[words.Patterns, ...]


def check(sentence: str, made: report.Report) -> tuple[Problem, ...]:
    """Return what is wrong with a sentence of references; empty when it may be shown."""
    rules = _rules(made)
    pieces = parsing.parse(sentence)
    found = [*_shape(sentence, pieces), *_references(pieces, rules), *_glued(pieces)]
    for part in parsing.sentences(pieces):
        found.extend(_sentence(part, rules))
    return tuple(found)


def _rules(made: report.Report) -> _Rules:
    names = {*made.terms, *(one.label for one in made.metrics)}
    spoken = dict.fromkeys(("en", languages.base(made.language)))
    return _Rules(
        known=figures.index(made),
        allowed=_any_of(name for name in names if any(map(str.isalpha, name))),
        mentions=tuple(_mentions(made)),
        vocabularies=tuple(languages.find(code).refused.patterns() for code in spoken),
    )


def _mentions(made: report.Report) -> Iterator[tuple[re.Pattern[str], str]]:
    """Labels of metrics in any case; labels from data as they stand, for many are plain words."""
    taken = {one.label.casefold() for one in made.metrics}
    for one in made.metrics:
        yield re.compile(rf"(?<!\w){re.escape(one.label)}(?!\w)", re.IGNORECASE), one.name
    rows = {row.label for split in made.breakdowns for row in (*split.top, *split.movers)}
    for label in sorted(rows):
        if label.strip() and label.casefold() not in taken:
            yield re.compile(rf"(?<!\w){re.escape(label)}(?!\w)"), f":{label}"


def _any_of(names: Iterator[str]) -> re.Pattern[str] | None:
    longest = sorted(names, key=lambda name: (-len(name), name))
    joined = "|".join(re.escape(name) for name in longest)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE) if joined else None


def _shape(sentence: str, pieces: tuple[parsing.Piece, ...]) -> Iterator[Problem]:
    if not LENGTH_MIN <= len(sentence) <= LENGTH_MAX:
        yield _problem(Fault.LENGTH, f"a sentence has {LENGTH_MIN} to {LENGTH_MAX} characters")
    count = sum(isinstance(piece, parsing.Reference) for piece in pieces)
    if not count:
        yield _problem(Fault.NO_REFERENCE, "a sentence must rest on a figure, by a reference")
    if count > REFERENCES_MAX:
        yield _problem(Fault.TOO_MANY, f"at most {REFERENCES_MAX} references in a sentence")


def _references(pieces: tuple[parsing.Piece, ...], rules: _Rules) -> Iterator[Problem]:
    for piece in pieces:
        if isinstance(piece, parsing.Literal):
            continue
        figure = rules.known.get(piece.name)
        if figure is None:
            yield _problem(Fault.UNKNOWN, f"there is no reference {{{piece.name}}}")
        elif figure.absent:
            yield _problem(Fault.ABSENT, f"{{{piece.name}}} cannot be used: {figure.absent}")


def _sentence(pieces: tuple[parsing.Piece, ...], rules: _Rules) -> Iterator[Problem]:
    parts = [rules.known.get(p.name) for p in pieces if isinstance(p, parsing.Reference)]
    explained = any(one is not None and one.part is Part.CONTRIBUTION for one in parts)
    for piece in pieces:
        if isinstance(piece, parsing.Literal):
            bare = rules.allowed.sub(" ", piece.text) if rules.allowed else piece.text
            yield from _characters(bare)
            yield from _words(bare, rules, explained=explained)
    yield from _comparisons(pieces, rules)
    yield from _attributions(pieces, rules)


def _characters(bare: str) -> Iterator[Problem]:
    for character in dict.fromkeys(bare):
        problem = _character(character)
        if problem:
            yield problem
    for pattern, fault, what in (
        (_ADDRESS, Fault.ADDRESS, "an address is typed"),
        (_SLACK, Fault.SLACK, "a mention, a channel, an emoji or one of < > is typed"),
        (_FORMATTING, Fault.FORMATTING, "formatting marks are typed"),
    ):
        if pattern.search(bare):
            yield _problem(fault, what)


def _character(character: str) -> Problem | None:
    kind = unicodedata.category(character)
    if character.isnumeric() or kind in {"Nd", "Nl", "No"}:
        return _problem(Fault.DIGIT, f"the digit “{character}” is typed; figures are references")
    if text.is_hidden(character) or kind in {"Zl", "Zp"}:
        return _problem(Fault.HIDDEN, f"the character U+{ord(character):04X} is not allowed")
    if character in "{}":
        return _problem(Fault.BRACE, "a brace opens or closes nothing")
    if character in _SYMBOLS or kind in {"Sc", "So"}:
        return _problem(Fault.SYMBOL, f"“{character}” is typed; references bring their own signs")
    return None


def _words(bare: str, rules: _Rules, *, explained: bool) -> Iterator[Problem]:
    running = unicodedata.normalize("NFKC", bare).casefold()
    said = [part for word in _WORD.findall(running) for part in {word, *re.split(r"['’.-]", word)}]
    for vocabulary in rules.vocabularies:
        for word in dict.fromkeys(said):
            if vocabulary.number.fullmatch(word):
                yield _problem(Fault.NUMBER, f"“{word}” is typed; numbers come from references")
            elif vocabulary.direction.fullmatch(word):
                yield _problem(
                    Fault.DIRECTION, f"“{word}” is typed; direction and rank come from references"
                )
            elif not explained and vocabulary.cause.fullmatch(word):
                yield _cause(word)
        for phrase in vocabulary.number_phrase.findall(running):
            yield _problem(Fault.NUMBER, f"“{phrase}” is typed; numbers come from references")
        if not explained:
            yield from map(_cause, vocabulary.cause_phrase.findall(running))


def _comparisons(pieces: tuple[parsing.Piece, ...], rules: _Rules) -> Iterator[Problem]:
    """Last year may be spoken of where a figure of last year stands; others compare otherwise."""
    names = [piece.name for piece in pieces if isinstance(piece, parsing.Reference)]
    if any("last_year" in name for name in names):
        return
    running = " ".join(p.text for p in pieces if isinstance(p, parsing.Literal)).casefold()
    for vocabulary in rules.vocabularies:
        for phrase in vocabulary.last_year.findall(running):
            yield _problem(Fault.COMPARISON, f"“{phrase}” needs a figure of last year")


def _glued(pieces: tuple[parsing.Piece, ...]) -> Iterator[Problem]:
    """A letter or sign that touches a reference would change what its figure says."""
    for one, other in pairwise(pieces):
        if isinstance(one, parsing.Literal):
            loose = isinstance(other, parsing.Literal) or _BEFORE.search(one.text)
        else:
            loose = isinstance(other, parsing.Literal) and _BEHIND.match(other.text)
        if not loose:
            yield _problem(Fault.GLUED, "a reference stands apart from the words around it")


def _cause(word: str) -> Problem:
    return _problem(
        Fault.CAUSE, f"“{word}” gives a cause, which needs a contribution in the same sentence"
    )


def _attributions(pieces: tuple[parsing.Piece, ...], rules: _Rules) -> Iterator[Problem]:
    """Figures belong to what is named: a change to the last name, a value to one of them."""
    heard: list[str] = []
    before = ""
    for place, piece in enumerate(pieces):
        if isinstance(piece, parsing.Literal):
            before = piece.text
            heard.extend(_named(piece.text, rules))
            continue
        figure = rules.known.get(piece.name)
        if figure is not None and figure.subject:
            if figure.part in {Part.LABEL, Part.NAME}:
                heard.append(figure.subject)
            elif heard and not _belongs(figure, heard, after=_after(pieces, place, rules=rules)):
                yield _problem(
                    Fault.SUBJECT, f"{{{piece.name}}} follows the name of something else"
                )
            if figure.part in figures.VERBS and _is_negated(before, rules):
                yield _problem(Fault.NEGATION, f"a word before {{{piece.name}}} turns it round")
        before = ""


def _belongs(figure: Figure, heard: list[str], *, after: str) -> bool:
    if figure.part in figures.VERBS:
        return heard[-1] == figure.subject
    whole = figure.reference.endswith(f".total.{figure.part.value}")
    return whole or figure.subject in heard or figure.subject == after


def _after(pieces: tuple[parsing.Piece, ...], place: int, *, rules: _Rules) -> str:
    """Return what is named right after a reference, as in “1,204 orders”."""
    for piece in pieces[place + 1 : place + 3]:
        if isinstance(piece, parsing.Literal):
            named = _named(piece.text, rules)
            if named or piece.text.strip():
                return named[0] if named else ""
        else:
            figure = rules.known.get(piece.name)
            return figure.subject if figure and figure.part in {Part.LABEL, Part.NAME} else ""
    return ""


def _is_negated(before: str, rules: _Rules) -> bool:
    return any(one.negation.search(before.casefold()) for one in rules.vocabularies)


def _named(literal: str, rules: _Rules) -> list[str]:
    """Return the subjects whose labels a text holds, in order; a label within a longer one does
    not count.
    """
    found = sorted(
        (match.start(), -match.end(), subject)
        for pattern, subject in rules.mentions
        for match in pattern.finditer(literal)
    )
    named: list[str] = []
    reached = 0
    for start, negative_end, subject in found:
        if start >= reached:
            named.append(subject)
            reached = -negative_end
    return named


def _problem(fault: Fault, detail: str) -> Problem:
    return Problem(fault=fault, detail=text.visible(detail)[:200])
