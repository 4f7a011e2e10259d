"""Arithmetic over metric names, such as ``revenue / ad_spend``: parsed once, computed exactly."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import NoReturn

_LONGEST = 500
_DEEPEST = 40
_DIGITS = 34
"""More than any metric needs, so that chains of divisions round beyond what is shown."""

_SIGNS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number, exactly as it was written."""

    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """The value of a metric."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``left sign right`` for the signs + - * /."""

    sign: str
    left: "Node"
    right: "Node"


Node = Number | Name | Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula that holds together; made by ``parse``."""

    text: str
    tree: Node

    @property
    def names(self) -> frozenset[str]:
        """The metrics it needs."""
        return frozenset(_names(self.tree))

    def evaluate(self, values: Mapping[str, Decimal | None]) -> Decimal | None:
        """Return its value; None where an operand is missing or a divisor is zero.

        The result is rounded to 34 significant digits and always finite.
        """
        with localcontext(Context(prec=_DIGITS, traps=[])):
            found = _value(self.tree, values)
            return found if found is not None and found.is_finite() else None


def parse(text: str) -> Formula:
    """Read ``+ - * /``, parentheses, decimal numbers and metric names.

    Raises ValueError that says at which character what is wrong.
    """
    source = text.strip()
    if not source:
        raise ValueError("a formula is empty; write something like revenue / ad_spend")
    if len(source) > _LONGEST:
        raise ValueError(f"a formula has at most {_LONGEST} characters; this one has {len(source)}")
    if not source.isascii() or "\n" in source:
        raise ValueError("a formula is one line of plain letters, digits and the signs + - * / ( )")
    try:
        tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        message = f"at character {error.offset or 1}: {error.msg} in {source!r}"
        raise ValueError(message) from None
    except (RecursionError, MemoryError, ValueError):
        raise ValueError("a formula is nested too deeply") from None
    return Formula(text=source, tree=_read(tree, source))


def _refuse(node: ast.expr, what: str) -> NoReturn:
    raise ValueError(
        f"at character {node.col_offset + 1}: {what}; "
        "a formula knows metric names, numbers, + - * / and parentheses"
    )


def _read(node: ast.expr, source: str, *, depth: int = 0) -> Node:
    if depth > _DEEPEST:
        _refuse(node, "this is nested too deeply")
    match node:
        case ast.Name(id=name):
            return Name(name=name)
        case ast.Constant():
            return Number(value=_number(node, source))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            zero = Number(value=Decimal(0))
            return Operation(sign="-", left=zero, right=_read(operand, source, depth=depth + 1))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _read(operand, source, depth=depth + 1)
        case ast.BinOp(left=left, op=op, right=right):
            sign = _SIGNS.get(type(op), "this sign")
            if sign not in {"+", "-", "*", "/"}:
                _refuse(node, f"{sign} is not known")
            return Operation(
                sign=sign,
                left=_read(left, source, depth=depth + 1),
                right=_read(right, source, depth=depth + 1),
            )
        case _:
            words = ast.get_source_segment(source, node) or "this"
            _refuse(node, f"{words[:40]!r} is not arithmetic")


def _number(node: ast.Constant, source: str) -> Decimal:
    words = ast.get_source_segment(source, node) or ""
    is_number = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    if not is_number or not set(words) <= set("0123456789._"):
        _refuse(node, f"{words[:40]!r} is not a plain number")
    return Decimal(words.replace("_", ""))


def _names(node: Node) -> set[str]:
    match node:
        case Number():
            return set()
        case Name(name=name):
            return {name}
        case Operation(left=left, right=right):
            return _names(left) | _names(right)


def _value(node: Node, values: Mapping[str, Decimal | None]) -> Decimal | None:
    match node:
        case Number(value=value):
            return value
        case Name(name=name):
            return values.get(name)
        case Operation(sign=sign, left=left, right=right):
            return _apply(sign, left=_value(left, values), right=_value(right, values))


def _apply(sign: str, *, left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if left is None or right is None:
        return None
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right if right else None
