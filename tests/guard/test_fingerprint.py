"""The mark of the code: everything that a run is made of changes it, and nothing else does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.guard import fingerprint
from tests.guard import run

_IMPORTED = """
import importlib, pkgutil, sys
sys.path.append(sys.argv[1])
import bot.guard, bot.worker
for package in (bot.guard, bot.worker):
    for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(one.name)
print(*sorted({name.split(".")[1] for name in sys.modules if name.startswith("bot.")}))
"""


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (*fingerprint.FOLDERS, *fingerprint.MODULES):
        place = tmp_path / name
        if "." not in name:
            place.mkdir()
            place = place / "one.py"
        place.write_text("", "utf-8")
    monkeypatch.setattr("bot.guard.fingerprint._ROOT", tmp_path)
    return tmp_path


def test_it_is_the_same_for_the_same_code(code: Path) -> None:
    before = fingerprint.current()
    (code / "worker/__pycache__").mkdir()
    (code / "worker/__pycache__/one.pyc").touch()
    (code / "app.py").touch()
    assert fingerprint.current() == before


@pytest.mark.parametrize("path", ["worker/one.py", "wire.py", "rendering/new.py", "kinds/a/b.py"])
def test_it_changes_with_each_file(code: Path, path: str) -> None:
    before = fingerprint.current()
    changed = code / path
    changed.parent.mkdir(exist_ok=True)
    changed.touch()
    os.utime(changed, ns=(1, 1))
    assert fingerprint.current() != before


def test_it_changes_with_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("site.getsitepackages", lambda: [str(tmp_path), str(tmp_path / "none")])
    before = fingerprint.current()
    (tmp_path / "__pycache__").mkdir()  # a package of one module is imported for the first time
    (tmp_path / "six.py").touch()
    assert fingerprint.current() == before
    (tmp_path / "six-1.0.dist-info").mkdir()
    assert fingerprint.current() != before


@pytest.mark.slow
def test_all_that_a_run_may_import_of_ours_is_in_it() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", _IMPORTED, str(run.ROOT)],
        capture_output=True,
        text=True,
        check=True,
    )
    known = {*fingerprint.FOLDERS, *(Path(name).stem for name in fingerprint.MODULES)}
    assert set(done.stdout.split()) <= known
