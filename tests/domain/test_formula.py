import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import formula

NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
Exact = Callable[[Mapping[str, Decimal]], Fraction]
Written = tuple[str, Exact]
"""A formula's text, and what it comes to in exact fractions."""


APPLY: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


def _name(name: str) -> Written:
    return name, lambda values: Fraction(values[name])


def _constant(text: str) -> Written:
    return text, lambda _: Fraction(text)


def _joined(parts: tuple[Written, str, Written]) -> Written:
    (left, exact_left), sign, (right, exact_right) = parts
    apply = APPLY[sign]
    return f"({left} {sign} {right})", lambda values: apply(exact_left(values), exact_right(values))


def _negated(inner: Written) -> Written:
    return f"-{inner[0]}", lambda values: -inner[1](values)


LEAVES = st.sampled_from("abc").map(_name) | st.sampled_from(["0.5", "7", "130"]).map(_constant)
EXPRESSIONS: st.SearchStrategy[Written] = st.recursive(
    LEAVES,
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(_joined) | inner.map(_negated)
    ),
    max_leaves=12,
)


def test_a_formula_reads_as_arithmetic_does() -> None:
    found = formula.parse("(revenue - cost) / orders * 1_00.5")
    values = {"revenue": Decimal(30), "cost": Decimal(10), "orders": Decimal(4)}
    assert found.names == {"revenue", "cost", "orders"}
    assert found.evaluate(values) == Decimal("502.5")


@pytest.mark.parametrize("values", [{}, {"a": None}, {"b": Decimal(1)}, {"a": None, "b": None}])
def test_a_missing_operand_gives_nothing(values: dict[str, Decimal | None]) -> None:
    assert formula.parse("a + b").evaluate(values) is None


def test_division_by_zero_gives_nothing() -> None:
    zero = {"a": Decimal(1), "b": Decimal("0.00")}
    assert formula.parse("a / b").evaluate(zero) is None
    assert formula.parse("a / (b - b) + 1").evaluate(zero) is None


def test_what_grows_beyond_all_numbers_is_nothing() -> None:
    assert formula.parse("a * a").evaluate({"a": Decimal("1e999999")}) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("revenue /", "at character 1"),
        ("a ** b", "at character 1: ** is not known"),
        ("1 + a % b", "at character 5: % is not known"),
        ("a // b", "// is not known"),
        ("a + sum(b)", "at character 5: 'sum(b)' is not arithmetic"),
        ("a.b + 1", "'a.b' is not arithmetic"),
        ("a if b else c", "is not arithmetic"),
        ("a < b", "is not arithmetic"),
        ("not a", "is not arithmetic"),
        ("'a' + b", "is not a plain number"),
        ("True + a", "is not a plain number"),
        ("0x10", "is not a plain number"),
        ("1e9", "is not a plain number"),
        ("2j", "is not a plain number"),
        ("a\n+ b", "one line"),
        ("é + 1", "plain letters"),
        ("a = b", "at character"),
        ("a" * 501, "at most 500"),
        ("-" * 60 + "a", "nested too deeply"),
        ("(" * 250 + "a" + ")" * 240, "("),
        ("__import__('os')", "is not arithmetic"),
    ],
)
def test_what_is_not_a_formula_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        formula.parse(text)
    assert words in str(caught.value)


@given(written=EXPRESSIONS, a=NUMBERS, b=NUMBERS, c=NUMBERS)
def test_a_formula_agrees_with_exact_arithmetic(
    written: Written, a: Decimal, b: Decimal, c: Decimal
) -> None:
    text, exact = written
    values = {"a": a, "b": b, "c": c}
    found = formula.parse(text).evaluate(values)
    try:
        expected = exact(values)
    except ZeroDivisionError:
        return  # rounding to 34 digits may leave a tiny divisor where the exact one is zero
    if found is not None:
        assert math.isclose(float(found), float(expected), rel_tol=1e-9, abs_tol=1e-9)


@given(text=st.text(alphabet="ab1.+-*/() _'[", max_size=40))
def test_any_text_is_a_formula_or_a_value_error(text: str) -> None:
    try:
        found = formula.parse(text)
    except ValueError:
        return
    value = found.evaluate({"a": Decimal(3), "b": Decimal(0)})
    assert value is None or value.is_finite()
