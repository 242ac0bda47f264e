"""What would break a caller between two versions of the contract."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def breaking(old: Json, new: Json) -> list[str]:
    """Removed operations, answers or fields; inputs that became required or lost a value; other types."""
    found: list[str] = []
    for path, methods in old["paths"].items():
        for method, before in methods.items():
            after = new["paths"].get(path, {}).get(method)
            name = f"{method.upper()} {path}"
            found += [f"{name} is gone"] if after is None else _operation(name, old, before, new, after)
    return found


def _operation(name: str, old: Json, before: Json, new: Json, after: Json) -> Iterator[str]:
    if before["operationId"] != after["operationId"]:
        yield f"{name}: operationId changed"
    if before.get("x-permission") != after.get("x-permission"):
        yield f"{name}: another permission"
    earlier, present = _parameters(old, before), _parameters(new, after)
    for key in earlier.keys() - present.keys():
        yield f"{name}: parameter {key[1]} is gone"
    for key, parameter in present.items():
        if parameter.get("required") and not earlier.get(key, {}).get("required"):
            yield f"{name}: parameter {key[1]} became required"
        if key in earlier:
            yield from _schemas(
                f"{name} ?{key[1]}", old, earlier[key]["schema"], new, parameter["schema"], True
            )
    given, taken = before.get("requestBody"), after.get("requestBody")
    if taken and taken.get("required") and not (given or {}).get("required"):
        yield f"{name}: a body became required"
    for kind, media in (given or {}).get("content", {}).items():
        other = (taken or {}).get("content", {}).get(kind)
        if other is None:
            yield f"{name}: a body of {kind} is no longer taken"
        else:
            yield from _schemas(
                f"{name} body", old, media.get("schema", {}), new, other.get("schema", {}), True
            )
    for status, answer in before["responses"].items():
        if not status.startswith("2"):
            continue
        if status not in after["responses"]:
            yield f"{name}: {status} is no longer answered"
            continue
        for kind, media in answer.get("content", {}).items():
            other = after["responses"][status].get("content", {}).get(kind)
            if other is None:
                yield f"{name}: {status} no longer gives {kind}"
            else:
                yield from _schemas(
                    f"{name} {status}", old, media.get("schema", {}), new, other.get("schema", {}), False
                )


def _parameters(document: Json, operation: Json) -> dict[tuple[str, str], Json]:
    resolved = [_resolve(document, each) for each in operation.get("parameters", ())]
    return {(each["in"], each["name"].lower()): each for each in resolved}


def _resolve(document: Json, value: Json) -> Json:
    while "$ref" in value:
        target: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value


def _schemas(
    where: str,
    old: Json,
    before: Json,
    new: Json,
    after: Json,
    given: bool,
    seen: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """`given` is true for what callers send: there less may be demanded; in answers nothing may vanish."""
    reference = before.get("$ref", "")
    if reference in seen:
        return
    seen = seen | ({reference} if reference else frozenset())
    before, after = _resolve(old, before), _resolve(new, after)
    earlier, present = _types(old, before), _types(new, after)
    if (earlier - present) if given else (present - earlier):
        yield f"{where}: type {sorted(earlier)} became {sorted(present)}"
    if any(name in schema for schema in (before, after) for name in ("anyOf", "oneOf")):
        yield from _alternatives(where, old, before, new, after, given, seen)
        return
    values, others = before.get("enum"), after.get("enum")
    if given and others is not None and (values is None or set(values) - set(others)):
        yield f"{where}: values are no longer taken"
    properties, successors = before.get("properties", {}), after.get("properties", {})
    for name in properties.keys() - successors.keys():
        yield f"{where}: field {name} is gone"
    demanded, formerly = set(after.get("required", ())), set(before.get("required", ()))
    for name in sorted(demanded - formerly if given else formerly - demanded):
        yield f"{where}: field {name} {'became required' if given else 'is no longer certain'}"
    for name in properties.keys() & successors.keys():
        yield from _schemas(f"{where}.{name}", old, properties[name], new, successors[name], given, seen)
    if "items" in before and "items" in after:
        yield from _schemas(f"{where}[]", old, before["items"], new, after["items"], given, seen)


def _alternatives(
    where: str, old: Json, before: Json, new: Json, after: Json, given: bool, seen: frozenset[str]
) -> Iterator[str]:
    """Unions, and `X | None`: each shape that there was must still be among those of its type."""
    for each in _members(before):
        kinds = _types(old, each)
        others = [other for other in _members(after) if _types(new, other) == kinds]
        if others:
            yield from min((list(_schemas(where, old, each, new, o, given, seen)) for o in others), key=len)


def _members(schema: Json) -> list[Json]:
    members: list[Json] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return members


def _types(document: Json, schema: Json) -> set[str]:
    schema = _resolve(document, schema)
    if "anyOf" in schema or "oneOf" in schema:
        return {kind for each in _members(schema) for kind in _types(document, each)}
    kind = schema.get("type", "any")
    return set(kind) if isinstance(kind, list) else {kind}
