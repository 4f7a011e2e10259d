"""The search itself: what it is to find, it finds, however it is written and wherever it stands."""

import base64
import contextlib
import json
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.leaks.canaries import Canaries
from tests.leaks.places import Search

SECRET = "pass/word+" + secrets.token_urlsafe(30)
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "reversed": lambda text: text[::-1],
    "JSON": json.dumps,
    "URL": lambda text: quote(text, safe=""),
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 further on": lambda text: base64.b64encode(f"a{text}".encode()).decode(),
    "base64 still further on": lambda text: base64.b64encode(f"ab{text}".encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "cut short": lambda text: text[:20],
    "its end alone": lambda text: text[-20:],
}


@pytest.fixture
def search() -> Search:
    canaries = Canaries()
    canaries.add("a client", SECRET)
    return Search(canaries)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_in_every_form(search: Search, form: str) -> None:
    search.look("somewhere", f"It said: {FORMS[form](SECRET)}.".encode())
    assert search.hits
    assert search.places["somewhere"] > len(SECRET) / 4


def test_what_holds_none_is_no_hit(search: Search) -> None:
    search.look("somewhere", secrets.token_urlsafe(100_000).encode())
    assert not search.hits


def test_every_secret_of_a_credential_is_looked_for() -> None:
    key = "\n".join(
        ("-----BEGIN X-----", *("L" + secrets.token_urlsafe(48) for _ in range(9)), "-")
    )
    for text, parts in {
        json.dumps({"type": "x", "private_key": key, "token": SECRET}): (key[80:], SECRET),
        f"postgresql://user:{quote(SECRET, safe='')}@host/base": (quote(SECRET, safe=""),),
    }.items():
        for part in parts:
            search = Search(Canaries())
            search.canaries.add("a client", text)
            search.look("somewhere", part.encode())
            assert search.hits


def test_it_is_found_in_a_file_in_a_row_and_in_a_process(search: Search, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "bot.log").write_text(f"token={SECRET}\n", "utf-8")
    search.files("files", tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "kept.db")) as kept:
        kept.execute("CREATE TABLE kept (said TEXT)")
        kept.execute("INSERT INTO kept VALUES (?)", ("x" * 9000 + SECRET,))
        kept.commit()
    search.database("database", tmp_path / "kept.db")
    code = "import sys; print(flush=True); sys.stdin.read()"
    for arguments, environment in (([SECRET], {}), ([], {"KEY": SECRET})):
        with subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            search.processes([process.pid], keeper=0)
            process.communicate()
    kinds = {hit.split(":")[0].rsplit(" ", 1)[0] for hit in search.hits}
    assert kinds == {
        "files",
        "database",
        "cmdline of processes",
        "environ of processes",
    }
