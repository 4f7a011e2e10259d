"""`reportops demo` as it is started: a process of its own, to the end of its opening."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from bot.demo.web import build

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
START = "import bot.cli; bot.cli.main()"


async def played(folder: Path, *options: str) -> str:
    """Play the opening once; return what the terminal shows."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", START, "demo", "--once", "--folder", str(folder), *options),
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_the_opening_plays_in_the_terminal_and_the_page_is_ready(tmp_path: Path) -> None:
    if not build.here().built:
        pytest.skip("the demo's page is not built: `make page` says why")
    said = await played(tmp_path / "demo")
    assert "🟢 XYZ" in said
    assert re.search(r"page ready: http://127\.0\.0\.1:\d+/page/#token=[\w-]{40,}\n", said)
    assert "Traceback" not in said


async def test_without_a_page_the_terminal_plays_all_the_same(tmp_path: Path) -> None:
    said = await played(tmp_path / "demo", "--no-page")
    assert "🟢 XYZ" in said
    assert "page" not in said.replace("Dashboard", "")
