"""clients/client.schema.json, generated from the shapes and the kinds' own settings.

``python -m bot.catalog.schema clients/client.schema.json`` writes it anew, and agency.schema.json
beside it; tests keep them current.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from bot import kinds
from bot.catalog import agency, credential, model

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
Json = dict[str, object]


def build() -> Json:
    """Return the JSON Schema (draft 2020-12) of client.yaml."""
    made = cast("Json", model.ClientShape.model_json_schema())
    definitions = cast("Json", made["$defs"])
    for kind in kinds.KINDS.values():
        source = cast("Json", kind.settings.model_json_schema())
        definitions.update(cast("Json", source.pop("$defs", {})))
        definitions[f"source_{kind.name}"] = _source(kind, source)
    requests = sorted(_requests(definitions))
    for shape in ("QueryShape", "BreakdownShape"):
        own = cast("Json", cast("Json", definitions[shape])["properties"])
        request = cast("Json", own["request"])
        own["request"] = {"description": request["description"], "type": "object"}
        if requests:
            own["request"] = {"description": request["description"], "anyOf": _refs(requests)}
    sources = cast("Json", cast("Json", made["properties"])["sources"])
    (pattern,) = cast("Json", sources["patternProperties"])
    sources["patternProperties"] = {pattern: _any_source()}
    tidy = cast("Json", _tidy(made))
    return {"$schema": _DIALECT, "title": "A client of reportops", **tidy}


def _requests(definitions: Json) -> Iterator[str]:
    """Define the request of each kind that takes one; yield the definitions' names."""
    for kind in kinds.KINDS.values():
        if kind.request is not None:
            made = cast("Json", kind.request.model_json_schema())
            definitions.update(cast("Json", made.pop("$defs", {})))
            definitions[f"request_{kind.name}"] = made
            yield f"request_{kind.name}"


def _refs(names: Iterable[str]) -> list[Json]:
    return [{"$ref": f"#/$defs/{name}"} for name in names]


def _any_source() -> Json:
    kind = {"enum": sorted(kinds.KINDS), "description": "What kind of source it is."}
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": kind},
        "oneOf": _refs(f"source_{name}" for name in sorted(kinds.KINDS)),
    }


def _source(kind: kinds.Kind, settings: Json) -> Json:
    own = cast("Json", settings.get("properties", {}))
    required = cast("list[str]", settings.get("required", []))
    properties: Json = {"kind": {"const": kind.name, "description": kind.label}, **own}
    if kind.credential:
        properties["credential"] = {
            "type": "string",
            "pattern": credential.PATTERN,
            "description": "Where the secret is, never the secret: local://NAME, env://NAME, …",
        }
        properties["agency"] = {
            "type": "string",
            "description": "In place of credential: one of the agency's, by its name in "
            "agency.yaml.",
        }
    made: Json = {"properties": properties, "required": ["kind", *required]}
    if kind.credential:
        made["oneOf"] = [{"required": ["credential"]}, {"required": ["agency"]}]
    if kind.unsigned is not None:
        key, value = kind.unsigned
        without = {"required": [key], "properties": {key: {"const": value}}}
        made["oneOf"] = [*cast("list[Json]", made["oneOf"]), without]
    return settings | made


def _tidy(node: object) -> object:
    """Leave out what editors show for nothing, and refuse names that match no pattern."""
    if isinstance(node, list):
        return [_tidy(item) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    kept = {key: _tidy(item) for key, item in cast("Json", node).items()}
    if isinstance(kept.get("title"), str):
        del kept["title"]
    if kept.get("default", ...) is None:
        del kept["default"]
    options = kept.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        rest = [option for option in cast("list[Json]", options) if option != {"type": "null"}]
        del kept["anyOf"]
        kept = kept | (rest[0] if len(rest) == 1 else {"anyOf": rest})
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return kept


def text() -> str:
    """Return the schema as it stands in the file."""
    return json.dumps(build(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(text(), "utf-8")
    target.with_name("agency.schema.json").write_text(agency.schema(), "utf-8")
