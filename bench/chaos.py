"""`make chaos`: kill the bot N times, and count what Slack was told. Nonzero where it is wrong."""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import chaos, counts, shots, world

_CLIENTS = 6


def _print(made: chaos.Chaos, verdict: counts.Verdict, *, seconds: float) -> None:
    kills = made.shots.kills
    names = {name.partition(" ")[2] for name in made.on.passed() | kills.keys()}
    print(f"\n{'killed':44} {'before':>7} {'after':>7}")
    for name in sorted(names - {shots.AT_ANY_INSTANT.partition(" ")[2]}):
        print(f"{name:44} {kills[f'before {name}']:7} {kills[f'after {name}']:7}")
    print(f"{shots.AT_ANY_INSTANT:44} {kills[shots.AT_ANY_INSTANT]:7}")
    print(f"\n{kills.total()} kills in {seconds:.0f} s; besides: {dict(made.shots.others)}")
    for name, figure in verdict.figures.items():
        print(f"{name:44} {figure:7}")
    for one in verdict.wrong:
        print(f"WRONG: {one}")


async def _run(folder: Path, *, kills: int, seed: int) -> bool:
    began = time.monotonic()
    async with world.open_world(folder, _CLIENTS) as on:
        made = chaos.Chaos(on, clients=_CLIENTS, seed=seed)

        def told(verdict: counts.Verdict) -> None:
            figures = verdict.figures
            print(
                f"{time.monotonic() - began:6.0f} s {made.shots.kills.total():4} kills"
                f" {figures['posted']:5} of {figures['reports due']:5} reports"
                f" {figures['cards posted']:4} cards, lost {figures['lost']},"
                f" doubled {figures['doubled']}, other {figures['other faults']}",
                flush=True,
            )

        verdict = await made.run(kills, told=told)
        _print(made, verdict, seconds=time.monotonic() - began)
        if verdict.wrong:
            print(f"what happened on that day: {made.shots.today}")
    return not verdict.wrong


def main() -> int:
    """Run, print, and say whether all was well."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("kills", type=int, nargs="?", default=300)
    parser.add_argument("--seed", type=int, help="what happens when; the same again, nearly")
    parser.add_argument("--keep", type=Path, help="leave everything in this new folder")
    given = parser.parse_args()
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    print(f"make chaos N={given.kills} SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made) / "chaos"
        folder.mkdir(parents=True)
        is_fine = asyncio.run(_run(folder, kills=given.kills, seed=seed))
    print("nothing lost, nothing twice" if is_fine else f"FAILED: SEED={seed}")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
