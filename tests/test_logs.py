import json
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import cast

import pytest
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

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


SECRET = "a-quiet-word-of-acme"
SUBMITTED = {
    "type": "view_submission",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "trigger_id": "1.2.trigger-of-acme",
    "view": {
        "id": "V1",
        "type": "modal",
        "callback_id": "nobody_listens",
        "private_metadata": "{}",
        "state": {"values": {"b": {"a": {"type": "plain_text_input", "value": SECRET}}}},
    },
}


def _loud() -> None:
    """As the log could be at worst: everything of every library."""
    logs.configure(style="json", level="debug")
    for name in ("", "slack_bolt", "slack_sdk", "aiohttp"):
        logging.getLogger(name).setLevel(logging.DEBUG)


@pytest.fixture
def unheard() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    before = root.level
    yield
    root.handlers.clear()
    root.setLevel(before)
    for name in ("slack_bolt", "slack_sdk", "aiohttp"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    "name", ["slack_bolt.AsyncApp", "slack_sdk.socket_mode", "httpx", "asyncio"]
)
def test_nothing_of_libraries_below_a_warning_is_written(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(style="json", level="debug")
    logging.getLogger(name).debug("payload %s", SUBMITTED)
    logging.getLogger(name).info("payload %s", SUBMITTED)
    assert capsys.readouterr().err == ""
    logging.getLogger(name).warning("heard")
    assert "heard" in capsys.readouterr().err


def _cut(payload: object) -> str:
    """As a line that was too long: nothing ends it."""
    return json.dumps(payload)[:-8]


def _twice(payload: object) -> str:
    return json.dumps({"payload": json.dumps(payload)})


WRITES: Sequence[Callable[[object], str]] = (str, json.dumps, _cut, _twice)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.usefixtures("unheard")
def test_what_was_entered_into_a_modal_is_in_no_line_whoever_writes_it(
    write: Callable[[object], str], capsys: pytest.CaptureFixture[str]
) -> None:
    _loud()
    logging.getLogger("slack_sdk").debug("received %s", write(SUBMITTED))
    structlog.get_logger().debug("heard", body=SUBMITTED, said=write(SUBMITTED))
    try:
        raise ValueError(write(SUBMITTED))  # noqa: TRY301
    except ValueError:
        logging.getLogger("slack_bolt").exception("it broke")
    text = capsys.readouterr().err
    assert text.count("view_submission") == 4
    assert logs.MASK in text
    assert SECRET not in text
    assert "trigger-of-acme" not in text


@pytest.mark.usefixtures("unheard")
async def test_bolt_and_the_sdk_write_nothing_of_a_modal_at_their_loudest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _loud()

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=TOKEN)

    app = AsyncApp(authorize=authorize, request_verification_enabled=False)
    app.logger.setLevel(logging.DEBUG)

    async def broken(body: dict[str, object]) -> None:
        raise RuntimeError(f"cannot {body}")

    listen = cast("Callable[[str], Callable[[object], object]]", app.view)  # pyright: ignore[reportUnknownMemberType]
    listen("breaks")(broken)
    view = cast("dict[str, object]", SUBMITTED["view"])
    for heard in (SUBMITTED, {**SUBMITTED, "view": {**view, "callback_id": "breaks"}}):
        request = AsyncBoltRequest(mode="socket_mode", body=cast("dict[str, object]", heard))
        await app.async_dispatch(request)
    text = capsys.readouterr().err
    assert "Unhandled request" in text
    assert "RuntimeError: cannot" in text
    assert SECRET not in text
    assert TOKEN not in text
