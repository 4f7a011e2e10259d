"""A process that walls itself in as the bot does and then tries things, printing what came of it.

Run by ``inside`` in a Python of its own, since walls do not come down again.
"""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.sealed import age, places, writing

ROOT = Path(__file__).parents[3]
THROUGH = "through"
_BOOT = (
    "import sys; root, place, parent = sys.argv[1:]; sys.path.insert(0, root); "
    "from tests.guard.walls import bot; bot.main(place, int(parent))"
)


def inside(place: Path) -> Mapping[str, str]:
    """Return attempt → what came of it, and ``landlock`` → its version."""
    started = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _BOOT, str(ROOT), str(place), str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert started.returncode == 0, started.stderr
    return json.loads(started.stdout)


def main(at: str, parent: int) -> None:
    """Wall this process in, in a house that stands at ``at``, and try it all."""
    from bot.guard.walls import own

    place = Path(at)
    mark = places.Places(root=place / "credentials").master
    places.write(mark, age.generate().recipient.encode())
    version = own.close(
        own.Reach(
            read=(place / "clients",),
            write=(place / "var", place / "copies"),
            sealed=place / "credentials",
            emptied=(place / "tmp",),
        )
    )
    told = {name: _tried(attempt) for name, attempt in _attempts(place, parent).items()}
    told |= {one.name: one.came.value for one in own.tried(place / "credentials")}
    sys.stdout.write(json.dumps({**told, "landlock": str(version)}))


def _attempts(place: Path, parent: int) -> Mapping[str, Callable[[], object]]:
    sealed, store = place / "credentials", place / "var"
    return {
        "read a client's file": (place / "clients/acme/client.yaml").read_text,
        "see a client that came later": lambda: list((place / "clients").iterdir()),
        "look names up": Path("/etc/hosts").read_text,
        "use the database": lambda: _stored(store / "kept.db"),
        "make a scratch of its own": (store / "kept.db.scratch").mkdir,
        "make a copy": (place / "copies/a.db").touch,
        "empty a folder away": (place / "tmp/empty").rmdir,
        "import late": lambda: __import__("bot.due"),
        "make a sealed credential": lambda: (sealed / "acme").write_bytes(b"1"),
        "replace a sealed credential": lambda: _replaced(sealed),
        "read a sealed credential": (sealed / "acme").read_bytes,
        "take one out to where it reads": lambda: (sealed / "acme").rename(store / "acme"),
        "link one out to where it reads": lambda: os.link(sealed / "acme", store / "linked"),
        "list the sealed credentials": lambda: list(sealed.iterdir()),
        "seal a credential": lambda: _sealed(sealed),
        "see which versions there are": lambda: writing.Sealed(sealed).versions("acme", "shop"),
        "read what it sealed": (sealed / "sealed/acme/shop/1.age").read_bytes,
        "read a client's key": (sealed / "keys/acme.age").read_bytes,
        "list the clients' keys": lambda: list((sealed / "keys").iterdir()),
        "take a key out to the public ones": lambda: (sealed / "keys/acme.age").rename(
            sealed / "recipients/acme.age"
        ),
        "write a client's file": (place / "clients/acme/planted").touch,
        "read beside": (place / "beside").read_text,
        "list its home": lambda: list(place.iterdir()),
        "read another process's environment": Path(f"/proc/{parent}/environ").read_bytes,
        "signal another process": lambda: os.kill(parent, 0),
        "plant a package": lambda: (ROOT / "bot/planted.py").touch(exist_ok=False),
    }


def _sealed(folder: Path) -> None:
    """As somebody does who has only the public half of the master key."""
    known = writing.Sealed(folder)
    known.use("acme", "shop", version=known.put("acme", "shop", text="its word"))


def _stored(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE kept (value)")
    connection.close()


def _replaced(sealed: Path) -> None:
    (sealed / "acme.new").write_bytes(b"2")
    (sealed / "acme.new").replace(sealed / "acme")


def _tried(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return THROUGH
