"""The bot's process before it is a bot: what its neighbours can see of it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot import app, errors, settings

_LOOK = """
import asyncio, ctypes
from bot import app, errors, settings
try:
    asyncio.run(app.serve(settings.read()))
except errors.ConfigurationError as error:
    assert "SLACK_BOT_TOKEN" in str(error)
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_the_bot_closes_itself_to_its_neighbours(tmp_path: Path) -> None:
    environment = {
        "HOME": str(tmp_path),
        "REPORTOPS_DATABASE": str(tmp_path / "kept.db"),
        "REPORTOPS_EPHEMERAL_DISK": "allow",
    }
    done = subprocess.run(
        [sys.executable, "-c", _LOOK],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"0\n", done.stderr.decode()


@pytest.mark.slow
def test_a_start_that_waits_for_slack_ends_quietly_on_ctrl_c(tmp_path: Path) -> None:
    environment = {
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "REPORTOPS_DATABASE": str(tmp_path / "kept.db"),
        "REPORTOPS_EPHEMERAL_DISK": "allow",
        "SLACK_BOT_TOKEN": "xoxb-" + "a",
        "SLACK_APP_TOKEN": "xapp-" + "b",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
    }
    # Tests that run in the background ignore Ctrl-C, and so would whatever they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [sys.executable, "-m", "bot"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE
    ) as starting:
        assert starting.stderr is not None
        assert any(b"waiting_for_slack" in line for line in starting.stderr)
        starting.send_signal(signal.SIGINT)
        try:
            _, said = starting.communicate(timeout=30)
        finally:
            starting.kill()
        told = said.decode()
    assert starting.returncode == 130
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("for_bot", "for_app", "named"),
    [
        ("xapp-" + "a", "xoxb-" + "b", {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}),
        ("xoxb-" + "a", "xoxp-" + "b", {"SLACK_APP_TOKEN"}),
        ("xoxb-" + "a", None, {"SLACK_APP_TOKEN"}),
        ("", "xapp-" + "b", {"SLACK_BOT_TOKEN"}),
    ],
)
def test_a_token_of_another_kind_is_named_and_never_shown(
    for_bot: str | None, for_app: str | None, named: set[str]
) -> None:
    config = settings.Settings.model_validate(
        {"SLACK_BOT_TOKEN": for_bot, "SLACK_APP_TOKEN": for_app}
    )
    with pytest.raises(errors.ConfigurationError) as caught:
        app.tokens(config)
    told = str(caught.value)
    assert {name for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN") if name in told} == named
    assert not any(token and token in told for token in (for_bot, for_app))


def test_tokens_of_their_kinds_are_taken() -> None:
    pair = ("xoxb-" + "a", "xapp-" + "b")
    config = settings.Settings.model_validate(
        {"SLACK_BOT_TOKEN": pair[0], "SLACK_APP_TOKEN": pair[1]}
    )
    assert app.tokens(config) == pair
