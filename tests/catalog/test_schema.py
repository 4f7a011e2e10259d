"""clients/client.schema.json is what the code says, and knows what the code knows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

import jsonschema
import pytest
import yaml

from bot.catalog import schema
from tests.catalog import folder
from tests.gates import source

CLIENTS = source.ROOT / "clients"
FILES = sorted(CLIENTS.glob("*/client.yaml"))


class Validator(Protocol):
    """What we use of jsonschema, whose types are not known in whole."""

    def is_valid(self, instance: object) -> bool: ...

    def iter_errors(self, instance: object) -> Iterator[jsonschema.ValidationError]: ...


def validator() -> Validator:
    return cast("Validator", jsonschema.Draft202012Validator(schema.build()))


def test_the_file_is_current() -> None:
    stands = (CLIENTS / "client.schema.json").read_text("utf-8")
    assert stands == schema.text(), "run: python -m bot.catalog.schema clients/client.schema.json"


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.build())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_every_client_is_valid_by_it_and_points_to_it(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../client.schema.json\n")
    errors = validator().iter_errors(yaml.safe_load(text))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: Globex", "nam: Globex"),
        ("C0GLOBEX1", "globex"),
        ("kind: bigquery", "kind: oracle"),
        ("project: globex-analytics", "dataset: x"),
        ("env://GLOBEX_BIGQUERY", "secret"),
        ("period: week", "period: weekly"),
        ("      roas:", "      ROAS:"),
        ("setup: load.sql", "setup: load.sql, credential: env://X"),
    ],
)
def test_editors_see_what_is_wrong(old: str, new: str) -> None:
    assert validator().is_valid(yaml.safe_load(folder.GOOD))
    assert not validator().is_valid(yaml.safe_load(folder.edit(old, new)))


def _keys(node: object) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(node, dict):
        found = cast("dict[str, object]", node)
        for key, item in cast("dict[str, dict[str, object]]", found.get("properties", {})).items():
            yield key, item
        for item in found.values():
            yield from _keys(item)


def test_every_key_is_described() -> None:
    made = schema.build()
    definitions = cast("dict[str, dict[str, object]]", made["$defs"])
    silent = [
        key
        for key, item in _keys(json.loads(schema.text()))
        if "description" not in item
        and "description" not in definitions.get(str(item.get("$ref", "")).rpartition("/")[2], {})
    ]
    assert silent == []
