"""`python -m bench.commands [COUNT] [--void]`: what becomes of commands while their sockets break.

``--void`` leaves sockets half-open of which Slack itself does not know: what it sends into them
nobody can acknowledge.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.scenario import many, storm


async def _main(commands: int, *, void: bool) -> storm.Count:
    with tempfile.TemporaryDirectory() as folder:
        async with many.open_many(Path(folder) / "house", storm.CLIENTS) as on:
            await on.start_bot()
            count = await storm.Storm(on, void=void).run(commands)
            await on.stop_bot()
            return count


if __name__ == "__main__":
    told = [one for one in sys.argv[1:] if one != "--void"]
    found = asyncio.run(_main(int(told[0]) if told else 2_000, void="--void" in sys.argv))
    print("\n".join(found.lines()))
    sys.exit(bool(found.lost or found.twice or found.sound))
