"""Streams that nothing secret leaves, however it is written to them."""

import io
import itertools
import logging
import sys
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kinds import mask
from bot.worker import hushed

SECRET = "a-quiet-word/of+acme"
EDGE = "PRIVATE " + "KEY-----"
KEY = f"-----BEGIN {EDGE}\nc2VjcmV0c2VjcmV0\n-----END {EDGE}"


def _written(*pieces: str) -> str:
    out = io.StringIO()
    stream = hushed.Hushed(out, mask.Mask([SECRET]))
    for piece in pieces:
        stream.write(piece)
        stream.flush()
    stream.drain()
    return out.getvalue()


@given(cuts=st.lists(st.integers(0, len(SECRET) + 20), max_size=6), end=st.sampled_from(["", "\n"]))
def test_a_secret_in_pieces_is_as_hidden_as_a_whole_one(cuts: list[int], end: str) -> None:
    text = f"it said {SECRET}, twice{end}"
    edges = [0, *sorted(cuts), len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
    assert _written(*pieces) == f"it said ***, twice{end}"


@given(cuts=st.lists(st.integers(0, len(KEY)), max_size=6))
def test_a_key_that_nobody_knows_is_held_until_it_ends(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(KEY)]
    pieces = [KEY[a:b] for a, b in itertools.pairwise(edges)]
    assert _written("see:\n", *pieces, "\nand so on\n") == "see:\n***\nand so on\n"


def test_a_line_without_an_end_is_let_go_of_and_hides_what_it_holds() -> None:
    told = _written("x" * 65_530, SECRET[:9], SECRET[9:], "y" * 80_000)
    assert told == "x" * 65_530 + "***" + "y" * 80_000


def _refuse() -> None:
    raise RuntimeError(f"refused {SECRET}")


def test_tracebacks_and_logs_go_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setattr(sys, "stdout", out)
    hushed.hush(mask.Mask([SECRET]))
    logger = logging.getLogger("a-library")
    monkeypatch.setattr(logger, "handlers", [logging.StreamHandler()])
    monkeypatch.setattr(logger, "propagate", False)
    try:
        _refuse()
    except RuntimeError:
        traceback.print_exc()
        logger.exception("Bearer %s", SECRET)
    hushed.drain()
    assert out.getvalue().count("RuntimeError: refused ***") == 2
    assert SECRET not in out.getvalue()
