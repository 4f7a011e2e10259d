"""What docs/sources.md shows, as a client's file that the bot itself reads."""

import re
import textwrap
from pathlib import Path

from bot.catalog import load
from bot.domain import client, ids

_DOCS = Path(__file__).parents[1] / "docs/sources.md"
_BLOCK = re.compile(r"^( *)```yaml\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^(sources|queries|metrics):\n((?: .*\n|\n)+)", re.MULTILINE)
_HEAD = "name: Globex\nchannel: C0GLOBEX001\ntimezone: Europe/Paris\nweek_start: monday\n"
_REPORT = "reports:\n  weekly:\n    title: Weekly\n    period: week\n    narrative: none\n"


def shown(source: str, folder: Path, *, metric: str) -> client.Client:
    """Load the one block with that source and its queries; what is wrong with it fails here."""
    blocks = (textwrap.dedent(found[2]) for found in _BLOCK.finditer(_DOCS.read_text("utf-8")))
    told = [dict(_PART.findall(block)) for block in blocks]
    (parts,) = (one for one in told if {"sources", "queries"} <= one.keys() and _has(one, source))
    metrics = parts.get("metrics", f"  {metric}: {{unit: count}}\n")
    asked = f"queries:\n{parts['queries']}metrics:\n{metrics}"
    (folder / "globex").mkdir()
    text = f"{_HEAD}sources:\n{parts['sources']}{_REPORT}{textwrap.indent(asked, '    ')}"
    (folder / "globex/client.yaml").write_text(text, "utf-8")
    catalog = load.load(folder, demo=False)
    assert catalog.faults == ()
    return catalog.clients[ids.ClientId("globex")]


def _has(parts: dict[str, str], source: str) -> bool:
    return re.search(rf"^ *{source}:", parts["sources"], re.MULTILINE) is not None
