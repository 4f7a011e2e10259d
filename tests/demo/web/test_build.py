"""The build with an npm of the test's own: a script that does what it is told and counts."""

import asyncio
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.demo.web import build, node

NPM = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1" in
  ci) mkdir -p node_modules/react && echo one > node_modules/react/index.js ;;
  run) {run} ;;
esac
"""
MAKES = (
    "test -f node_modules/react/index.js && mkdir dist && cp index.html dist/ && echo > dist/app.js"
)


@pytest.fixture
def place(tmp_path: Path) -> build.Place:
    sources = tmp_path / "page"
    (sources / "src").mkdir(parents=True)
    (sources / "package.json").write_text(json.dumps({"scripts": {}}), "utf-8")
    (sources / "package-lock.json").write_text("{}", "utf-8")
    (sources / "index.html").write_text("<p>hello", "utf-8")
    (sources / "src" / "main.tsx").write_text("1", "utf-8")
    return build.Place(root=tmp_path / "var", sources=sources)


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """A machine whose npm builds well; returns what it was called with."""
    said = tmp_path / "calls"
    monkeypatch.setenv("CALLS", str(said))
    machine(tmp_path, monkeypatch, run=MAKES)
    return lambda: said.read_text("utf-8").splitlines() if said.exists() else []


def machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, run: str, version: str = "v20.1.0"
) -> None:
    """Put a Node and an npm in front of the machine's own."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name, script in (("npm", NPM.format(run=run)), ("node", f"#!/bin/sh\necho {version}\n")):
        (folder / name).write_text(script, "utf-8")
        (folder / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")


async def test_the_same_sources_are_built_once(
    place: build.Place, calls: Callable[[], list[str]]
) -> None:
    assert not place.built
    folder = await build.build(place)
    assert (folder / "index.html").read_text("utf-8") == "<p>hello"
    assert place.built
    assert await build.build(place) == folder
    first, second = calls()
    assert first.startswith("ci --ignore-scripts --omit=dev")
    assert second.startswith("run build")


async def test_other_sources_are_built_again_from_the_same_packages(
    place: build.Place, calls: Callable[[], list[str]]
) -> None:
    first = await build.build(place)
    (place.sources / "API.md").write_text("words change nothing", "utf-8")
    (place.sources / "node_modules").mkdir()
    (place.sources / "node_modules" / "x.js").write_text("nor what an editor left", "utf-8")
    assert place.page == first
    (place.sources / "src" / "main.tsx").write_text("2", "utf-8")
    assert await build.build(place) != first
    assert [call.split()[0] for call in calls()] == ["ci", "run", "run"]
    (place.sources / "package-lock.json").write_text('{"v": 2}', "utf-8")
    await build.build(place)
    assert [call.split()[0] for call in calls()] == ["ci", "run", "run", "ci", "run"]


async def test_nothing_half_done_is_left(
    place: build.Place, calls: Callable[[], list[str]]
) -> None:
    await build.build(place)
    assert calls()
    kinds = sorted(path.name.split("-")[0] for path in place.root.iterdir())
    assert kinds == ["build.log", "building", "page"]
    assert not [path for path in place.page.rglob("*") if path.is_symlink()]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("echo 'npm error code E404'; echo 'npm error no such thing'; exit 1", "no such thing"),
        ("exit 3", "it said nothing"),
        ("true", "npm run build left no dist/index.html"),
    ],
)
async def test_a_failed_build_says_why_in_a_line(
    place: build.Place,
    calls: Callable[[], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run: str,
    words: str,
) -> None:
    assert not calls()
    machine(tmp_path, monkeypatch, run=run)
    with pytest.raises(node.BuildFailed, match=words) as caught:
        await build.build(place)
    assert "\n" not in str(caught.value)
    assert not place.built
    assert not [path for path in place.root.iterdir() if path.name.startswith("draft")]


async def test_a_folder_that_cannot_be_written_is_a_failed_build(
    place: build.Place, calls: Callable[[], list[str]]
) -> None:
    place.root.write_text("a file stands there", "utf-8")
    with pytest.raises(node.BuildFailed, match="exists"):
        await build.build(place)
    assert not calls()


async def test_a_stopped_build_ends_what_it_started(
    place: build.Place,
    calls: Callable[[], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not calls()
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    machine(tmp_path, monkeypatch, run=f"sleep 60 > {pipe} & echo up > {pipe}; sleep 60")
    async with asyncio.TaskGroup() as group:
        building = group.create_task(build.build(place))
        held = await asyncio.to_thread(pipe.open, encoding="utf-8")
        assert await asyncio.to_thread(held.readline) == "up\n"
        building.cancel()
    with held:  # it ends only when nobody holds the other end any more
        assert await asyncio.to_thread(held.read) == ""


async def test_two_builds_at_once_make_one_page(
    place: build.Place, calls: Callable[[], list[str]]
) -> None:
    async with asyncio.TaskGroup() as group:
        both = [group.create_task(build.build(place)) for _ in range(2)]
    assert both[0].result() == both[1].result()
    assert place.built
    assert calls()


async def test_an_old_node_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, monkeypatch, run="true", version="v16.20.0")
    assert await node.machine() is None
    machine(tmp_path, monkeypatch, run="true", version="v18.0.0")
    found = await node.machine()
    assert found is not None
    assert found.whose == "the machine's Node v18.0.0"


async def test_where_there_is_no_node_the_one_from_pypi_is_used() -> None:
    """The development lock holds it: basedpyright runs on it."""
    npm = await node.fetched()
    code, said = await node.output(*npm.command, "--version")
    assert code == 0
    assert said.splitlines()[-1][0].isdigit()
