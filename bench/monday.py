"""`python -m bench.monday [CLIENTS]`: 500 clients due at once; nonzero where a report is lost."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.scenario import monday

_SECONDS_EACH = 6.0


async def _main(clients: int) -> monday.Count:
    with tempfile.TemporaryDirectory() as folder:
        async with monday.open_monday(Path(folder) / "house", clients) as on:
            return await monday.Monday(on, clients).run(within=60 + clients * _SECONDS_EACH)


if __name__ == "__main__":
    found = asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
    print("\n".join(found.lines()))
    sys.exit(bool(found.lost or found.doubled or found.exceeded or found.unacked))
