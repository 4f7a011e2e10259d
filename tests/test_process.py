"""The bot's process before it is a bot: what its neighbours can see of it."""

import subprocess
import sys
from pathlib import Path

import pytest

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
    environment = {"HOME": str(tmp_path), "REPORTOPS_DATABASE": str(tmp_path / "kept.db")}
    done = subprocess.run(
        [sys.executable, "-c", _LOOK],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"0\n", done.stderr.decode()
