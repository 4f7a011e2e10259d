import json

import pytest
import structlog

from bot import logs

TOKEN = "xoxb-" + "123-456-abcdef"


@pytest.fixture(autouse=True)
def restored() -> object:
    """Leave structlog as it was found."""
    yield
    structlog.reset_defaults()


def test_an_event_is_one_json_object_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(style="json", level="info")
    structlog.get_logger().info("run_finished", client="acme", attempt=1)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["client"], line["attempt"]) == ("run_finished", "acme", 1)


def test_secrets_are_masked_by_key_by_shape_and_by_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(style="json", level="info", secrets=["a-very-own-secret"])
    structlog.get_logger().info(
        "oops", api_key="abc", said=f"used {TOKEN} twice", note="a-very-own-secret leaked"
    )
    text = capsys.readouterr().err
    assert TOKEN not in text
    assert "a-very-own-secret" not in text
    assert json.loads(text)["api_key"] == logs.MASK


def test_a_private_key_is_masked_even_when_cut() -> None:
    begin = "-----BEGIN " + "PRIVATE KEY-----"
    assert logs.mask(f"x {begin}\nMIIE") == "x ***"


def test_quieter_events_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(style="json", level="warning")
    structlog.get_logger().info("quiet")
    assert capsys.readouterr().err == ""
