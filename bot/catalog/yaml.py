"""client.yaml as plain data that knows its lines.

Scalars stay the text that stands in the file; what a text means is decided by the key it stands
behind (bot.catalog.model). So ``18:30`` is never 1110 minutes, ``on`` never true, ``NO`` never
false, and ``007`` keeps its zeros. Only an empty value, ``null`` and ``~`` are nothing at all.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from bot.catalog import faults

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

MAX_BYTES = 64 * 1024
MAX_DEPTH = 24
MAX_VALUES = 20_000
"""Everything together, with aliases counted as often as they are used."""

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with the text itself."""

    place: faults.Place = ()
    line: int
    text: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that could be read; its problems do not keep the rest from being checked."""

    data: dict[str, Value]
    lines: dict[faults.Place, int]
    problems: tuple[Problem, ...] = ()


class Unreadable(Exception):  # noqa: N818 - named for what it is
    """Nothing could be made of the text."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def _stop(line: int, text: str, *, remedy: str) -> Unreadable:
    return Unreadable(Problem(line=line, text=text, remedy=remedy))


def decode(raw: bytes) -> str:
    """Return the text of a file's bytes: UTF-8, with or without a byte order mark.

    Raises Unreadable with the line of the first byte that is not.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _stop(1, "The file is UTF-16.", remedy="Save it as UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _stop(line, "The file is not UTF-8.", remedy="Save it as UTF-8.") from None
    for number, content in enumerate(text.splitlines(), 1):
        if any(c < " " and c != "\t" for c in content):
            raise _stop(number, "There is a control character.", remedy="Remove it.")
    return text


def read(raw: bytes) -> Document:
    """Parse a file's bytes; raises Unreadable when nothing can be made of them."""
    if len(raw) > MAX_BYTES:
        size = f"{MAX_BYTES // 1024} KiB"
        raise _stop(1, f"The file is larger than {size}.", remedy="Keep data out of it.")
    text = decode(raw)
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_explain(error, text)) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the latter for escapes such as \U
        raise _stop(
            1, "The file is not YAML.", remedy="Compare it with clients/_example."
        ) from None
    if node is None:
        raise _stop(1, "The file is empty.", remedy="Start from clients/_example/client.yaml.")
    if not isinstance(node, yaml.MappingNode):
        raise _stop(
            _line(node),
            "The file is not a list of `key: value` lines.",
            remedy="Compare clients/_example.",
        )
    reader = _Reader()
    data = reader.mapping(node, ())
    return Document(data=data, lines=reader.lines, problems=tuple(reader.problems))


class _Loader(yaml.SafeLoader):
    """Composes nodes and nothing more; refuses to nest without end."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            text = "The values are nested too deep."
            raise _stop(int(self.line) + 1, text, remedy="Compare clients/_example.")
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


@dataclass(slots=True)
class _Reader:
    """Turns nodes into plain data and notes where each value stands."""

    lines: dict[faults.Place, int] = field(default_factory=dict[faults.Place, int])
    problems: list[Problem] = field(default_factory=list[Problem])
    count: int = 0
    open: list[int] = field(default_factory=list[int])

    def note(self, place: faults.Place, node: yaml.Node, *, text: str, remedy: str) -> None:
        """Keep a problem that lets the reading go on."""
        self.problems.append(Problem(place=place, line=_line(node), text=text, remedy=remedy))

    def value(self, node: yaml.Node, place: faults.Place) -> Value:
        """Return a node's value."""
        self.count += 1
        if self.count > MAX_VALUES:
            raise _stop(
                _line(node), "The file holds too many values.", remedy="Use fewer aliases (`*`)."
            )
        if node.tag not in _PLAIN_TAGS:
            self.note(
                place,
                node,
                text=f"The tag {node.tag[:40]!r} means nothing here.",
                remedy="Remove it.",
            )
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return self.sequence(node, place)
        text = str(node.value)
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return None if plain and text in _NOTHING else text

    def sequence(self, node: yaml.SequenceNode, place: faults.Place) -> list[Value]:
        """Return a list's values."""
        found: list[Value] = []
        with self.entered(node):
            for position, item in enumerate(node.value):
                inner = (*place, position)
                self.lines[inner] = _line(item)
                found.append(self.value(item, inner))
        return found

    def mapping(self, node: yaml.MappingNode, place: faults.Place) -> dict[str, Value]:
        """Return a mapping's values; of a key that stands twice the first is kept."""
        found: dict[str, Value] = {}
        with self.entered(node):
            for key, item in node.value:
                if self.takes(key, place, found=found):
                    inner = (*place, str(key.value))
                    self.lines[inner] = _line(key)
                    found[str(key.value)] = self.value(item, inner)
        return found

    def takes(self, key: yaml.Node, place: faults.Place, *, found: dict[str, Value]) -> bool:
        """Whether a key can be read; notes why where it cannot."""
        name = str(key.value)
        inner = (*place, name)
        if not isinstance(key, yaml.ScalarNode):
            text, remedy = "A key is not a plain word.", "Put values with { or [ in quotes."
            self.note(place, key, text=text, remedy=remedy)
        elif name == "<<":
            self.note(
                inner, key, text="Merge keys (`<<`) are not read.", remedy="Write the keys out."
            )
        elif name in found:
            text = f"The key stands twice, first on line {self.lines[inner]}."
            self.note(inner, key, text=text, remedy="Keep one of them.")
        else:
            return True
        return False

    @contextmanager
    def entered(self, node: yaml.Node) -> Generator[None]:
        """Hold the node open, so that a value that holds itself is found."""
        if id(node) in self.open:
            raise _stop(_line(node), "A value holds itself.", remedy="Remove the alias (`*`).")
        self.open.append(id(node))
        yield
        self.open.pop()


def _explain(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """Say in plain words what PyYAML stumbled over, without repeating the line."""
    unclosed = "end of stream" in (error.problem or "")
    mark = (unclosed and error.context_mark) or error.problem_mark or error.context_mark
    line = int(mark.line) + 1 if mark else 1
    lines = text.splitlines()
    content = lines[line - 1] if line <= len(lines) else ""
    problem = error.problem or ""
    for sign, said, remedy in _SAYINGS:
        if sign in problem:
            return Problem(line=line, text=said, remedy=remedy)
    if "\t" in content[: len(content) - len(content.lstrip())]:
        return Problem(line=line, text=_TAB[1], remedy=_TAB[2])
    if "alias" in f"{error.context} {problem}":
        return Problem(line=line, text=_STAR[1], remedy=_STAR[2])
    if error.context_mark and int(error.context_mark.line) + 1 < line:
        began = int(error.context_mark.line) + 1
        said = f"The line does not fit what began on line {began}."
        return Problem(line=line, text=said, remedy="Check indentation, quotes and brackets.")
    return Problem(
        line=line, text="This is not YAML.", remedy="Check indentation, colons and quotes."
    )


_TAB = ("'\\t'", "There is a tab.", "Indent with spaces.")
_STAR = (
    "undefined alias",
    "A value that starts with `*` must stand in quotes.",
    'Write "…" around it, as in cron: "* 6 * * 1".',
)
_SAYINGS = (
    _TAB,
    _STAR,
    (
        "mapping values are not allowed",
        "A value with a colon must stand in quotes, or the line is indented wrongly.",
        'Write "…" around the value, or align the line with its neighbours.',
    ),
    ("found duplicate anchor", "An anchor (`&`) stands twice.", "Rename one of them."),
    (
        "but found another document",
        "There is a second document (`---`).",
        "Keep one client in one file.",
    ),
    (
        "cannot start any token",
        "A value starts with a sign that YAML keeps for itself.",
        'Write "…" around the value.',
    ),
    (
        "unexpected end of stream",
        "A quote is opened and never closed.",
        "Close it with \" or '.",
    ),
    ("unknown escape character", 'A \\ inside "…" means something else.', "Use '…' instead."),
    (
        "expected ',' or",
        "A bracket is opened and never closed, or a comma is missing.",
        "Check { } and [ ].",
    ),
    (
        "could not find expected ':'",
        "A line has no colon.",
        "Write key: value, with a space after the colon.",
    ),
)
