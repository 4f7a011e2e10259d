from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.demo.slack import journal, shapes, workspace
from bot.demo.slack.shapes import Json
from tests.demo.slack.test_control import plain

WORD = "open sesame"


def kept(value: Json) -> str:
    return shapes.dump(journal.Journal(["tok" + "en-1"]).clean(value))


def test_what_a_view_prefills_in_a_secret_input_is_masked() -> None:
    element: Json = {"type": "plain_text_input", "action_id": "typed", "initial_value": WORD}
    block: Json = {"type": "input", "block_id": "secret_key", "label": plain("Key")}
    view: Json = {"blocks": [block | {"element": element}]}
    assert WORD not in kept({"view": view})
    assert WORD not in kept({"view": shapes.dump(view)})
    assert "typed" in kept({"view": view})
    assert WORD in kept({"view": {"blocks": [block | {"block_id": "a", "element": element}]}})


def test_an_act_on_a_secret_input_is_masked() -> None:
    touched: Json = {"block_id": "secret_key", "action_id": "typed", "value": WORD}
    assert WORD not in kept({"actions": [touched]})
    assert WORD not in kept({"errors": {"secret_key": WORD}})


def test_tokens_are_masked_wherever_they_stand() -> None:
    told = kept({"text": "my token-1 here", "token": "x", "list": ["token-1"]})
    assert "token-1" not in told
    assert '"token"' not in told


@given(st.text(min_size=4), st.sampled_from(["value", "element"]))
def test_no_secret_survives(secret: str, key: str) -> None:
    told: Json = {"a": [{"block_id": "secret_x", key: {"deep": [secret]}}]}
    assert journal.Journal([]).clean(told) == {
        "a": [{"block_id": "secret_x", key: {"deep": journal.MASK}}]
    }


@given(st.lists(st.integers(0, 3), max_size=20))
def test_stamps_only_ever_grow(steps: list[int]) -> None:
    space = workspace.Workspace()
    at = 0
    stamps: list[str] = []
    for step in steps:
        at += step - 1
        now = datetime.fromtimestamp(1_700_000_000 + at, tz=UTC)
        stamps.append(space.stamp(now))
    assert stamps == sorted(set(stamps))
