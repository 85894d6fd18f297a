"""Checks that every example of the OpenAPI document matches its schema."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

BASE = "urn:openapi"


def examples(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """The location of an example, its schema, and the example."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from examples(item, f"{path}/{index}")
    if not isinstance(node, dict):
        return
    if "schema" in node:
        # A body, an answer or a parameter.
        if "example" in node:
            yield path, node["schema"], node["example"]
        for name, example in node.get("examples", {}).items():
            yield f"{path} {name}", node["schema"], example
    elif "example" in node and not path.endswith("/properties"):
        yield path, node, node["example"]
    elif isinstance(node.get("examples"), list):
        for example in node["examples"]:
            yield path, node, example
    for name, child in node.items():
        if name not in ("example", "examples", "default"):
            yield from examples(child, f"{path}/{name}")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    resource = DRAFT202012.create_resource(document)
    registry = Registry().with_resource(BASE, resource)
    resolver = registry.resolver(BASE)
    checked = 0
    wrong = []
    for path, schema, example in examples(document):
        if isinstance(example, dict) and "$ref" in example:
            example = resolver.lookup(example["$ref"]).contents["value"]
        # A reference inside the schema is one into the document.
        absolute = json.loads(json.dumps(schema).replace('"#/', f'"{BASE}#/'))
        validator = Draft202012Validator(
            absolute, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        for error in validator.iter_errors(example):
            wrong.append(f"{path}: {error.json_path}: {error.message}")
        checked += 1
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{checked} examples are right")


main()
