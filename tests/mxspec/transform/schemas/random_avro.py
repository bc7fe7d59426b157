"""Random schemas of Avro, and edits of them."""

import copy

PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]


def schema(chance, depth=2, names=None):
    """Return a random schema.

    Args:
        chance: the random generator.
        depth: how deep it may be nested.
        names: the names of the types that stand before it, which it may use and adds to.
    """
    names = [] if names is None else names
    kinds = [*PRIMITIVES[1:], "enum", "fixed"] + ["record", "array", "map", "union", "record"] * (depth > 0)
    kind = chance.choice(kinds)
    if kind in PRIMITIVES:
        return chance.choice(names) if names and chance.random() < 0.2 else kind
    if kind == "array":
        return {"type": "array", "items": schema(chance, depth - 1, names)}
    if kind == "map":
        return {"type": "map", "values": schema(chance, depth - 1, names)}
    if kind == "union":
        return union(chance, depth, names)
    name = f"{kind[0].upper()}{chance.randrange(10**6)}"
    if kind == "enum":
        names.append(name)
        return {"type": "enum", "name": name, "symbols": chance.sample("abcde", chance.randint(1, 4))}
    if kind == "fixed":
        names.append(name)
        return {"type": "fixed", "name": name, "size": chance.randint(1, 4)}
    own = {"type": "record", "name": name, "fields": []}
    for field in "pqr"[: chance.randint(0, 3)]:
        tp = ["null", name] if chance.random() < 0.1 else schema(chance, depth - 1, names)
        own["fields"].append({"name": field, "type": tp})
    names.append(name)
    return own


def union(chance, depth, names):
    """Return a random union, in which each kind of type stands once, as Avro asks."""
    branches, kinds = ["null"] if chance.random() < 0.6 else [], {"null"}
    for _ in range(chance.randint(1, 3)):
        before = [*names]
        each = schema(chance, depth - 1, names)
        kind = each if isinstance(each, str) else isinstance(each, list) or each.get("name", each["type"])
        if kind is not True and kind not in kinds:
            kinds.add(kind)
            branches.append(each)
        else:
            names[:] = before
    return branches or ["null"]


def edited(old, chance):
    """Return a copy of a schema with some random edits."""
    new = copy.deepcopy(old)
    for _ in range(chance.randint(0, 2)):
        new = edit(new, chance)
    return new


OTHERS = {
    "int": ["long", "double"],
    "long": ["double", "int"],
    "float": ["double"],
    "double": ["float", "long"],
}
OTHERS |= {"string": ["bytes", "int"], "bytes": ["string"], "boolean": ["string"], "null": ["int"]}


def edit(x, chance):
    """Return a schema with one edit: of a type, a field, a symbol, a size, a name, a branch, or below."""
    if isinstance(x, str):
        return chance.choice([*OTHERS.get(x, [x]), ["null", x] if x != "null" else x])
    if isinstance(x, list):
        place, way = chance.randrange(len(x)), chance.random()
        if way < 0.3 and len(x) > 1 and not (isinstance(x[place], dict) and "name" in x[place]):
            return x[:place] + x[place + 1 :]
        if way < 0.5:
            return [*reversed(x)] if not any(isinstance(each, dict) for each in x) else x
        branch = edit(x[place], chance)
        taken = [each for i, each in enumerate(x) if i != place]
        return x if isinstance(branch, list) or branch in taken else [*x[:place], branch, *x[place + 1 :]]
    kind = x["type"]
    if kind in ("array", "map"):
        word = "items" if kind == "array" else "values"
        return {**x, word: edit(x[word], chance)}
    if kind == "enum":
        way = chance.randrange(4)
        if way == 0:
            return {**x, "symbols": [*x["symbols"], "z"] if "z" not in x["symbols"] else x["symbols"]}
        if way == 1:
            return {**x, "symbols": x["symbols"][:-1] or ["y"]}
        return {**x, "default": x["symbols"][0]} if way == 2 else x
    if kind == "fixed":
        return {**x, "size": x["size"] + chance.randint(0, 1)}
    fields, way = x["fields"], chance.random()
    if way < 0.25:
        more = {"default": 0} if chance.random() < 0.6 else {}
        return {**x, "fields": [*fields, {"name": f"s{len(fields)}", "type": "int", **more}]}
    place = chance.randrange(len(fields)) if fields else None
    if place is None or (way < 0.4 and isinstance(fields[place]["type"], str)):
        return {**x, "fields": [] if place is None else fields[:place] + fields[place + 1 :]}
    own = fields[place]
    if way < 0.5:
        new = {**own, "name": f"t_{own['name']}", "aliases": [own["name"]]}
    else:
        new = {**own, "type": edit(own["type"], chance)}
    return {**x, "fields": [*fields[:place], new, *fields[place + 1 :]]}
