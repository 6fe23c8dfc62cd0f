"""openapi.yaml as JSON, an operation or a schema a line. Run by scripts/contract."""

import json
import re

import yaml

SOURCE = "openapi.yaml"
FORM = "Sources/COpenAPI/openapi.json"


class CoreSchema(yaml.CSafeLoader):
    """YAML's core schema, as the program reads it: plain scalars are null, booleans, JSON's numbers or text. No dates, no yes and no."""

    yaml_implicit_resolvers = {}


for tag, pattern, first in [
    ("null", r"|~|null|Null|NULL", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
]:
    CoreSchema.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), ["", *first] if tag == "null" else list(first))


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def lines(value, depth):
    """Broken into lines down to `depth`, so that a change of one thing is a change of one line."""
    if depth == 0 or not isinstance(value, dict):
        return compact(value)
    return "{\n" + ",\n".join(f"{compact(key)}:{lines(member, depth - 1)}" for key, member in value.items()) + "\n}"


with open(SOURCE, encoding="utf-8") as source:
    document = yaml.load(source, CoreSchema)
with open(FORM, "w", encoding="utf-8") as form:
    form.write(lines(document, 3) + "\n")
