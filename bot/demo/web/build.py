"""Builds the page: npm packages by their lock, without their scripts, into var/page-build.

Keyed by what is built: the same sources are built once, and the packages of a lock fetched once.
Whatever is half done stands under a name of its own and is moved into place at the end, so that a
stopped build, or two at once, leave nothing wrong behind.
"""

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.demo.web import node
from bot.demo.web.node import BuildFailed

SOURCES = Path(__file__).parents[1] / "page"
_PACKAGES = ("package.json", "package-lock.json", ".npmrc")
_LEFT_OUT = frozenset({"node_modules", "dist"})
_ENTRY = "index.html"
_KEPT = 2
"""How many earlier pages, and earlier sets of packages, stay for going back and forth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the page is built from and into."""

    root: Path
    """var/page-build."""
    sources: Path = SOURCES

    @property
    def log(self) -> Path:
        """What npm said last."""
        return self.root / "build.log"

    @property
    def page(self) -> Path:
        """Where the built page of these sources is, or will be."""
        return self.root / f"page-{_digest(self.sources, self._files())}"

    def modules(self, *, checking: bool = False) -> Path:
        """Where the packages of this lock are, or will be; what only the check needs set apart."""
        names = [name for name in _PACKAGES if (self.sources / name).is_file()]
        kind = "checking" if checking else "building"
        return self.root / f"{kind}-{_digest(self.sources, names)}"

    @property
    def built(self) -> bool:
        """Whether there is nothing to build."""
        return (self.page / _ENTRY).is_file()

    def _files(self) -> list[str]:
        found = (path.relative_to(self.sources) for path in self.sources.rglob("*"))
        return sorted(
            path.as_posix()
            for path in found
            if not _LEFT_OUT & set(path.parts)
            and path.suffix != ".md"
            and (self.sources / path).is_file()
        )

    def copy(self, to: Path, *, modules: Path) -> None:
        """Put the sources into a folder, with packages at hand."""
        for name in self._files():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.sources / name, to / name)
        (to / "node_modules").symlink_to(modules / "node_modules", target_is_directory=True)


def here() -> Place:
    """Return the place of this checkout."""
    return Place(root=SOURCES.parents[2] / "var" / "page-build")


def _digest(folder: Path, names: list[str]) -> str:
    total = hashlib.sha256()
    for name in names:
        total.update(f"{name}\0".encode())
        total.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return total.hexdigest()[:16]


async def build(place: Place) -> Path:
    """Return the folder of the built page, building it first where it is not there.

    Raises BuildFailed with one plain line.
    """
    if place.built:
        return place.page
    with _told(place):
        modules = await _packages(place)
        with _draft(place) as draft:
            await asyncio.to_thread(place.copy, draft, modules=modules)
            await _npm(place, "run", "build", within=draft)
            if not (draft / "dist" / _ENTRY).is_file():
                raise BuildFailed(f"npm run build left no dist/{_ENTRY}")
            _settle(draft / "dist", place.page)
        _forget(place)
    return place.page


async def check(place: Place) -> str:
    """Run the page's own type check; return what it said. Raises BuildFailed."""
    with _told(place):
        modules = await _packages(place, checking=True)
        with _draft(place) as draft:
            await asyncio.to_thread(place.copy, draft, modules=modules)
            return await _npm(place, "run", "check", within=draft)


async def tools(place: Place) -> Path:
    """Return the folder of what only checks and browser tests need. Raises BuildFailed."""
    with _told(place):
        return await _packages(place, checking=True)


async def _packages(place: Place, *, checking: bool = False) -> Path:
    modules = place.modules(checking=checking)
    if modules.is_dir():
        return modules
    with _draft(place) as draft:
        for name in _PACKAGES:
            if (place.sources / name).is_file():
                shutil.copyfile(place.sources / name, draft / name)
        flags = ("--ignore-scripts", "--include=dev" if checking else "--omit=dev")
        await _npm(place, "ci", *flags, "--no-audit", "--no-fund", within=draft)
        _settle(draft, modules)
    return modules


@contextmanager
def _told(place: Place) -> Generator[None]:
    """A full disk or a folder that may not be written is a failed build too."""
    try:
        place.root.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BuildFailed(f"{error.strerror or error}: {error.filename or place.root}") from error


@contextmanager
def _draft(place: Place) -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="draft-", dir=place.root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(draft: Path, target: Path) -> None:
    """Move into place; another build that was faster made the same."""
    with suppress(OSError):
        draft.rename(target)
    if not target.is_dir():
        raise BuildFailed(f"{target} could not be written")


def _forget(place: Place) -> None:
    now = {place.page, place.modules(), place.modules(checking=True)}
    for kind in ("page-*", "building-*", "checking-*"):
        old = [path for path in place.root.glob(kind) if path not in now]
        for path in sorted(old, key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(path, ignore_errors=True)


async def _npm(place: Place, *words: str, within: Path) -> str:
    npm = await node.find()
    with tempfile.TemporaryFile() as out:
        command = [*npm.command, *words, "--loglevel=error"]
        process = _start(command, npm.environment, within=within, out=out)
        try:
            code = await asyncio.to_thread(process.wait)
        finally:
            _end(process)
        out.seek(0)
        said = out.read().decode(errors="replace")
    await asyncio.to_thread(place.log.write_text, said, "utf-8")
    if code:
        reason = _reason(said)
        raise BuildFailed(f"npm {' '.join(words[:2])} failed ({npm.whose}): {reason}")
    return said


def _start(
    command: Sequence[str], environment: Mapping[str, str], *, within: Path, out: IO[bytes]
) -> subprocess.Popen[bytes]:
    """At one stroke: asyncio's own start, cancelled half-way, ends npm but not what npm started."""
    return subprocess.Popen(  # noqa: S603 (the npm that node.find found)
        command,
        cwd=within,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End npm with what it started: it does not do that by itself."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _reason(said: str) -> str:
    """The first line that tells, without npm's own prefix."""
    lines = [line.removeprefix("npm").strip() for line in said.splitlines()]
    lines = [line.removeprefix("error").removeprefix("ERR!").strip() for line in lines]
    telling = [line for line in lines if line and not line.startswith((">", "code ", "errno "))]
    return telling[0][:200] if telling else "it said nothing"
