"""A new client's folder, to start from: ``reportops client new globex``."""

import json
import shutil
from pathlib import Path

from bot import errors
from bot.catalog import faults, load, schema

_HERE = Path(__file__).parent
_FILES = {
    "load.sql": "new_load.sql",
    "orders_weekly.sql": "new_orders_weekly.sql",
    faults.FILE: "new.yaml",
}
_SCHEMA = "client.schema.json"
_LONGEST_NAME = 80


def new_client(folder: Path, client_id: str, *, name: str | None = None) -> list[Path]:
    """Write the folder of a new client and return the files written.

    The client's channel is left to fill in: until then a fault says so. Nothing that exists is
    touched. Raises UsageError for an id or a name that cannot be, or that is taken.
    """
    _refuse(folder, client_id, name=name)
    words = {
        "{name}": json.dumps(name or client_id.replace("-", " ").title(), ensure_ascii=False),
        "{id}": client_id,
    }
    draft, place = folder / f".{client_id}.new", folder / client_id
    try:
        draft.mkdir(parents=True)
        for file, template in _FILES.items():
            (draft / file).write_text(_filled(template, words), "utf-8")
        draft.rename(place)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        message = f"{place} cannot be written: {error.strerror}."
        raise errors.UsageError(message) from None
    return [*(place / file for file in _FILES), *_schema(folder)]


def _refuse(folder: Path, client_id: str, *, name: str | None) -> None:
    if not load.is_id(client_id):
        reason = "is a word of /report" if client_id in load.WORDS else "cannot be a client's id"
        raise errors.UsageError(
            f"“{client_id[:60]}” {reason}: use a to z, 0 to 9 and -, at most 40 characters. "
            f"Try: reportops client new {load.suggest(client_id)}"
        )
    if (folder / client_id).exists():
        raise errors.UsageError(
            f"The client {client_id} is there already ({folder / client_id}). "
            "Choose another id, or edit its client.yaml."
        )
    if name is not None and not (
        name.strip() and name.isprintable() and len(name) <= _LONGEST_NAME
    ):
        raise errors.UsageError(
            f"A client's name is one line of at most {_LONGEST_NAME} characters."
        )


def _filled(template: str, words: dict[str, str]) -> str:
    text = (_HERE / template).read_text("utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def _schema(folder: Path) -> list[Path]:
    """Put the schema for editors beside the clients, where it is not there yet."""
    file = folder / _SCHEMA
    if file.exists():
        return []
    file.write_text(schema.text(), "utf-8")
    return [file]
