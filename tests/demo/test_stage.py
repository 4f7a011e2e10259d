"""The demo's stage is one at a time in its folder, and its terminal reads whatever stdin is."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import show, stage, terminal
from tests.gates import source

CARD = (
    {
        "type": "actions",
        "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Retry"}},
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": {"type": "plain_text", "text": "Skip this time"}}],
            },
            {"type": "static_select", "placeholder": {"type": "plain_text", "text": "Client"}},
        ],
    },
)


async def test_a_second_demo_leaves_the_first_ones_folder_alone(tmp_path: Path) -> None:
    place = stage.Place(folder=tmp_path / "demo", checkout=source.ROOT)
    async with stage.open_stage(place):
        kept = place.clients / "acme" / "client.yaml"
        with pytest.raises(stage.BusyError, match="Another demo runs in"):
            async with stage.open_stage(place):
                pass
        assert kept.is_file()
    async with stage.open_stage(place):
        assert kept.is_file()


async def test_the_data_goes_with_the_clock(tmp_path: Path) -> None:
    place = stage.Place(folder=tmp_path / "demo", checkout=source.ROOT)
    async with stage.open_stage(place) as on:
        shop = place.clients / "acme" / "data" / "shop.csv"
        for days in (0, 7):
            on.move_to(on.monday + timedelta(days=days))
            last = shop.read_text("utf-8").splitlines()[-1].partition(",")[0]
            assert last == str(on.monday.date() + timedelta(days=days - 1))


@pytest.mark.parametrize("stdin", ["/dev/null", "typed.txt"])
def test_what_is_typed_may_come_from_a_file(tmp_path: Path, stdin: str) -> None:
    (tmp_path / "typed.txt").write_text("/report\nquit", "utf-8")
    script = (
        "import asyncio\nfrom bot.demo import show\n"
        "async def main():\n    print([line async for line in show.lines()])\n"
        "asyncio.run(main())"
    )
    with (tmp_path / stdin).open("rb") as typed:
        done = subprocess.run(
            [sys.executable, "-c", script],
            stdin=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
            cwd=source.ROOT,
        )
    assert done.stderr == ""
    assert done.stdout.strip() == ("[]" if stdin == "/dev/null" else r"['/report\n', 'quit']")


def test_the_terminal_names_what_a_menu_offers_and_tells_a_list_from_a_button() -> None:
    assert terminal.choices(CARD) == [("more", "Skip this time")]
    assert terminal.buttons(CARD) == ["Retry"]
    names = terminal.Names(people={}, channels={})
    assert terminal.draw("", CARD, names=names) == "[Retry]  [⋯ Skip this time]  [Client ▾]"
    assert "press Skip" in show.HELP
