"""What must stay in step is a test: settings ↔ README, errors ↔ sentences, words ↔ code."""

import re
import subprocess

from bot import errors, settings
from bot.domain import run
from tests.gates import source


def _readme() -> str:
    return (source.ROOT / "README.md").read_text("utf-8")


def test_every_setting_is_in_the_readme() -> None:
    readme = _readme()
    missing = [
        name
        for field in settings.Settings.model_fields
        if f"`{(name := settings.environment_name(field))}`" not in readme
    ]
    assert not missing


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    known = {settings.environment_name(field) for field in settings.Settings.model_fields}
    named = set(re.findall(r"`(REPORTOPS_[A-Z_]+)`", _readme()))
    assert named <= known


def test_every_failure_has_a_sentence_and_a_remedy() -> None:
    assert set(errors.WORDS) == set(run.FailureCode)
    for words in errors.WORDS.values():
        assert words.sentence.endswith(".")


def test_every_status_has_its_moves() -> None:
    assert set(run.MOVES) == set(run.Status)
    assert {status for status, moves in run.MOVES.items() if not moves} == run.TERMINAL


def test_no_index_address_and_no_path_of_this_machine_is_tracked() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=source.ROOT, capture_output=True, text=True, check=False
    )
    # Put together here, or this file would hold what it looks for.
    options = [re.escape("-" * 2 + name) for name in ("index-url", "extra-index-url", "find-links")]
    wanted = re.compile("|".join([*options, re.escape(f"{source.ROOT}/")]))
    found = [
        name
        for name in listed.stdout.split()
        if not name.endswith((".gz", ".png"))
        if wanted.search((source.ROOT / name).read_text("utf-8", errors="replace"))
    ]
    assert not found
