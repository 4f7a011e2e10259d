"""Golden files: what a screen looks like, written down; UPDATE_GOLDEN=1 writes them anew."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from bot.domain import delivery

FOLDER = Path(__file__).parent.parent / "golden"


def same(name: str, shown: object) -> None:
    """Hold plain data against tests/golden/<name>.json."""
    file = FOLDER / f"{name}.json"
    text = json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), f"{name} looks different; UPDATE_GOLDEN=1 accepts it"


def plain(body: delivery.Body) -> dict[str, object]:
    """Return a body as plain data."""
    told: dict[str, object] = {"text": body.text, "blocks": list(body.blocks)}
    if body.chart is not None:
        told["chart"] = {"title": body.chart.title, "alt": body.chart.alt}
    return told


def same_bodies(name: str, bodies: Sequence[delivery.Body]) -> None:
    """Hold a ladder against its golden file."""
    same(name, [plain(body) for body in bodies])
