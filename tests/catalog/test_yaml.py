"""YAML as people write it: every trap, with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import yaml


def problem(text: str | bytes) -> yaml.Problem:
    with pytest.raises(yaml.Unreadable) as caught:
        yaml.read(text.encode() if isinstance(text, str) else text)
    return caught.value.problem


@pytest.mark.parametrize(
    "written", ["18:30", "08:30", "on", "NO", "007", "1e3", "2026-11-16", "0x1F", "2 GB", "true"]
)
def test_a_value_stays_the_text_that_stands_there(written: str) -> None:
    assert yaml.read(f"a: {written}\n".encode()).data == {"a": written}


@pytest.mark.parametrize("written", ["", "~", "null", "NULL"])
def test_nothing_is_nothing(written: str) -> None:
    assert yaml.read(f"a: {written}\n".encode()).data == {"a": None}


def test_a_quoted_null_is_a_text() -> None:
    assert yaml.read(b"a: 'null'\nb: \"\"\n").data == {"a": "null", "b": ""}


def test_a_date_can_be_a_key() -> None:
    assert yaml.read(b"2026-11-16: x\n").data == {"2026-11-16": "x"}


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfa: 1\nb: 2\n", b"a: 1\r\nb: 2\r\n", b"a: 1\nb: 2"])
def test_marks_and_line_ends_of_other_systems_are_read(raw: bytes) -> None:
    assert yaml.read(raw).data == {"a": "1", "b": "2"}


def test_every_value_knows_its_line() -> None:
    lines = yaml.read(b"a:\n  b: [x,\n    y]\n  c: {d: 1}\n").lines
    assert lines == {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "b", 0): 2,
        ("a", "b", 1): 3,
        ("a", "c"): 4,
        ("a", "c", "d"): 4,
    }


@pytest.mark.parametrize(
    ("text", "line", "said", "remedy"),
    [
        ("a: 1\ncron: * 6 * * 1\n", 2, "starts with `*`", "Write"),
        ("cron: */5 * * * *\n", 1, "starts with `*`", "Write"),
        ("a:\n\tb: 1\n", 2, "tab", "spaces"),
        ("a: b: c\n", 1, "colon", "Write"),
        ("x: 1\na: 'x\nb: c\n", 2, "never closed", "Close it"),
        ("a: {b: 1\nc: 2\n", 2, "bracket", "{ } and [ ]"),
        ("a: `x`\n", 1, "keeps for itself", "Write"),
        ("a: 1\n---\nb: 2\n", 2, "second document", "one file"),
        ("", 1, "empty", "_example"),
        ("# nothing yet\n", 1, "empty", "_example"),
        ("- a\n", 1, "`key: value`", "_example"),
        ("just words\n", 1, "`key: value`", "_example"),
        ("a: &x {b: *x}\n", 1, "holds itself", "alias"),
        ('a: "\\UFFFFFFFF"\n', 1, "not YAML", "_example"),
        ("a: " + "[" * 60 + "\n", 1, "nested too deep", "_example"),
    ],
)
def test_what_is_no_yaml_is_told_in_plain_words(
    text: str, line: int, said: str, remedy: str
) -> None:
    found = problem(text)
    assert said in found.text
    assert remedy in found.remedy
    assert found.line in {line, line + 1}


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (b"a: 1\nb: caf\xe9\n", 2, "not UTF-8"),
        ("a: 1\n".encode("utf-16"), 1, "UTF-16"),
        (b"a: 1\nb: \x00\n", 2, "control character"),
        (b"a: " + b"x" * 5_000_000, 1, "larger than"),
    ],
)
def test_what_is_no_text_is_told_with_its_line(raw: bytes, line: int, said: str) -> None:
    found = problem(raw)
    assert said in found.text
    assert found.line == line


def test_a_key_that_stands_twice_is_a_fault_and_the_rest_is_read() -> None:
    document = yaml.read(b"a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert document.data == {"a": "1", "b": {"c": "1"}}
    assert [(p.place, p.line) for p in document.problems] == [(("b", "c"), 2), (("a",), 3)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!python/object:os.system x\n", "tag"),
        ("b: &b {x: 1}\na:\n  <<: *b\n", "Merge"),
        ("{{ name }}: 1\n", "plain word"),
        ("? [a, b]\n: 1\n", "plain word"),
    ],
)
def test_what_yaml_knows_and_we_do_not_is_a_fault(text: str, said: str) -> None:
    assert said in yaml.read(text.encode()).problems[0].text


def test_aliases_are_followed() -> None:
    assert yaml.read(b"a: &x [1]\nb: *x\n").data == {"a": ["1"], "b": ["1"]}


def test_aliases_are_bounded() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "too many values" in problem("\n".join(rows)).text


def attempt(raw: bytes) -> yaml.Problem | None:
    try:
        yaml.read(raw)
    except yaml.Unreadable as error:
        return error.problem
    return None


@given(st.binary(max_size=400))
def test_no_bytes_break_it(raw: bytes) -> None:
    found = attempt(raw)
    assert found is None or (found.line >= 1 and found.remedy)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@` \n\t?,.~0", max_size=200))
def test_no_yaml_like_text_breaks_it(text: str) -> None:
    found = attempt(text.encode())
    assert found is None or found.text.endswith(".")
