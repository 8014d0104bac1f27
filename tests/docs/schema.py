"""OpenAPI 3.1, as far as docs/openapi.json goes: a keyword that is not known here is a failure, not passed over."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "wire"))

from wire import check  # noqa: E402

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
KNOWN = {"$ref", "type", "properties", "required", "additionalProperties", "items", "enum", "oneOf", "not", "minLength",
         "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern", "description"}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Api:
    def __init__(self, doc):
        self.doc = doc

    def resolve(self, node):
        while "$ref" in node:
            check(set(node) == {"$ref"} and node["$ref"].startswith("#/"), f"$ref {node}")
            ref, node = node["$ref"], self.doc
            for part in ref[2:].split("/"):
                check(part in node, f"{ref} leads nowhere")
                node = node[part]
        return node

    def valid(self, schema, value, where="$"):
        """None, or what is wrong."""
        schema = self.resolve(schema)
        check(set(schema) <= KNOWN, f"keywords not known here: {set(schema) - KNOWN}")
        if "oneOf" in schema:
            wrong = [self.valid(s, value, where) for s in schema["oneOf"]]
            if wrong.count(None) != 1:
                return f"{where}: {wrong.count(None)} of oneOf fit: {wrong}"
        if "not" in schema and self.valid(schema["not"], value, where) is None:
            return f"{where} fits {schema['not']}"
        if "type" in schema and not is_type(value, schema["type"]):
            return f"{where} is {value!r}, not of type {schema['type']}"
        if "enum" in schema and value not in schema["enum"]:
            return f"{where} is {value!r}, not of {schema['enum']}"
        if isinstance(value, str):
            n = len(value.encode())
            if not schema.get("minLength", 0) <= n <= schema.get("maxLength", n):
                return f"{where} has {n} bytes"
            if "pattern" in schema and not re.search(schema["pattern"], value):
                return f"{where} is {value!r}"
        if is_type(value, "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            return f"{where} is {value}"
        if isinstance(value, list):
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                return f"{where} has {len(value)} elements"
            for i, v in enumerate(value):
                wrong = self.valid(schema["items"], v, f"{where}[{i}]") if "items" in schema else None
                if wrong:
                    return wrong
        return self.valid_members(schema, value, where) if isinstance(value, dict) else None

    def valid_members(self, schema, value, where):
        missing = set(schema.get("required", [])) - set(value)
        if missing:
            return f"{where} lacks {sorted(missing)}"
        for k, v in value.items():
            if k in schema.get("properties", {}):
                wrong = self.valid(schema["properties"][k], v, f"{where}.{k}")
            else:
                more = schema.get("additionalProperties", True)
                wrong = (f"{where}.{k} is not in the schema" if more is False
                         else self.valid(more, v, f"{where}.{k}") if isinstance(more, dict) else None)
            if wrong:
                return wrong
        return None

    def operation(self, path, method):
        check(method in self.doc["paths"].get(path, {}), f"{method} {path} is not in openapi.json")
        return self.doc["paths"][path][method]

    def check_request(self, operation, body):
        wrong = self.valid(operation["requestBody"]["content"]["application/json"]["schema"], body)
        check(wrong is None, f"the request does not fit: {wrong}")

    def check_answer(self, operation, status, answer):
        response = operation["responses"].get(str(status))
        check(response is not None, f"{operation['operationId']}: no {status} in openapi.json")
        wrong = self.valid(self.resolve(response)["content"]["application/json"]["schema"], answer)
        check(wrong is None, f"{operation['operationId']} {status}: the answer does not fit: {wrong}")

    def check_form(self):
        """What OpenAPI itself asks of the document."""
        check(re.fullmatch(r"3\.1\.\d", self.doc["openapi"]), "openapi")
        check({"title", "version"} <= set(self.doc["info"]), "info")
        check(set(self.doc) <= {"openapi", "info", "servers", "security", "paths", "components"}, f"{set(self.doc)}")
        ids = set()
        for path, methods in self.doc["paths"].items():
            for method, o in methods.items():
                check(set(o) <= {"operationId", "summary", "parameters", "requestBody", "responses", "security"},
                      f"{method} {path}: {set(o)}")
                check(o["operationId"] not in ids, f"{o['operationId']} twice")
                ids.add(o["operationId"])
                check((method == "post") == ("requestBody" in o), f"{path}: body")
                check("200" in o["responses"] and o["summary"], f"{path}: no 200")
                for p in o.get("parameters", []):
                    check(p["in"] == "query" and set(p) <= {"name", "in", "required", "schema", "description"}, f"{path}: {p}")
                for status, r in o["responses"].items():
                    r = self.resolve(r)
                    check(re.fullmatch(r"[2-5]\d\d", status) and r["description"] and r["content"], f"{path} {status}")
        self.walk(self.doc)

    def walk(self, node):
        """Every $ref leads somewhere, every property that is required is described."""
        if isinstance(node, list):
            for n in node:
                self.walk(n)
        elif isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                self.resolve(node)
            if "properties" in node and "required" in node:
                check(set(node["required"]) <= set(node["properties"]), f"required and not described: {node['required']}")
            for n in node.values():
                self.walk(n)
