"""A case as a person types it in Python."""

NAMES = {
    "any?": "is_any", "boolean?": "bool", "int?": "int", "string?": "str", "double?": "float",
    "nil?": "is_none", "vector?": "is_list", "list?": "is_tuple", "map?": "is_dict", "integer?": "is_int",
}  # fmt: skip


KIND_NAMES = {"and": "and_", "or": "or_", "tuple": "tuple_", "keys*": "keys_star", "double-in": "float_in"}

SCALARS = {
    "$kw": lambda name: repr(name.removeprefix("clojure.spec.alpha/")),
    "$inst": lambda text: f"datetime({text})",
    "$uuid": lambda text: f"UUID({text!r})",
    "$bytes": lambda digits: repr(bytes.fromhex(digits)),
    "$invalid": lambda _: "INVALID",
    "$leak": lambda _: "::s/nil",
}


def predicate_text(name):
    text = NAMES.get(name) or "is_" + name.removesuffix("?").replace("-", "_")
    return f"s.{text}" if text.startswith("is_") else text


def value_text(x):
    if not isinstance(x, dict):
        return repr(x)
    if "$fn" in x:
        return f"{x['$fn']}({value_text(x['arg'])})" if "arg" in x else x["$fn"]
    [(kind, content)] = x.items()
    if kind in SCALARS:
        return SCALARS[kind](content)
    if kind == "$num":
        return {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}[content]
    if kind == "$map":
        return "{" + ", ".join(f"{value_text(key)}: {value_text(part)}" for key, part in content) + "}"
    parts = ", ".join(map(value_text, content))
    if kind == "$list":
        return f"({parts},)" if len(content) == 1 else f"({parts})"
    return f"[{parts}]" if kind == "$vec" else f"{{{parts}}}" if content else "set()"


def spec_text(data):
    if "op" not in data:
        if "ref" in data:
            return repr(data["ref"])
        if "pred" in data:
            return predicate_text(data["pred"])
        if "set" in data:
            return value_text({"$set": data["set"]})
        argument = data.get("arg", "")
        values = argument if isinstance(argument, list) else [argument] if "arg" in data else []
        return f"{data['fn'].replace('-', '_')}({', '.join(map(value_text, values))})"
    op = data["op"]
    return f"s.{KIND_NAMES.get(op, op.replace('-', '_'))}({', '.join(arguments(data))})"


def arguments(data):
    op = data["op"]
    if op == "conformer":
        yield data["f"].replace("-", "_")
    elif op in ("int-in", "inst-in"):
        yield from map(repr, data["args"])
    elif op == "double-in":
        yield from (f"{n.rstrip('?').lower()}={v!r}" for n, v in data.get("opts", {}).items())
    elif op in ("or", "alt", "cat"):
        yield from (f"{tag}={spec_text(arg)}" for tag, arg in data["args"])
    elif op in ("keys", "keys*"):
        for group in ("req", "opt", "req-un", "opt-un"):
            if group in data:
                yield f"{group.replace('-', '_')}=[{', '.join(map(key_text, data[group]))}]"
    elif op == "multi-spec":
        methods = {value_text(v): spec_text(m) for v, m in data["methods"] if not (isinstance(v, dict))}
        yield repr(data["dispatch"])
        yield "{" + ", ".join(f"{v}: {m}" for v, m in methods.items()) + "}"
        yield from (f"default={spec_text(m)}" for v, m in data["methods"] if isinstance(v, dict))
    elif op == "fspec":
        yield from (f"{part}={spec_text(data[part])}" for part in ("args", "ret", "fn") if part in data)
    else:
        yield from map(spec_text, data["args"] if "args" in data else [data["arg"]])
        yield from map(spec_text, data.get("preds", []))
        yield from (
            f"{name.replace('-', '_')}={option_text(name, v)}" for name, v in data.get("opts", {}).items()
        )


def option_text(name, option):
    if name == "kind":
        return predicate_text(option)
    return {"vector": "list", "list": "tuple", "map": "dict"}.get(option, repr(option))


def key_text(entry):
    if isinstance(entry, str):
        return repr(entry)
    [(combine, parts)] = entry.items()
    return f"s.{combine}_keys({', '.join(map(key_text, parts))})"


def problem_text(problem):
    parts = [f"{key} {value_text({'$vec': problem[key]})}" for key in ("path", "via", "in")]
    reason = [repr(problem["reason"])] if "reason" in problem else []
    return ", ".join([*parts, f"val {value_text(problem['val'])}", *reason])


def python_text(case):
    """Return the question of a case as Python, and clojure's answer below it."""
    lines = [f"s.def_({name!r}, {spec_text(data)})" for name, data in case["defs"]]
    if "impl" in case:
        step = f"f(*{value_text(case['value'])}), instrumented" if "value" in case else "s.check(f)"
        lines.append(f"f = {value_text(case['impl'])}; {spec_text(case['spec'])}: {step}")
    else:
        lines.append(f"{spec_text(case['spec'])} on {value_text(case['value'])}")
    facts = []
    for key in ("valid", "conform", "unform", "unform_error", "returns", "raises", "pass", "throws", "error"):
        if key in case and not (key == "conform" and not case["valid"]):
            shown = value_text(case[key]) if key in ("conform", "unform", "returns") else case[key]
            facts.append(f"{key} {shown}")
    lines.append("    clojure " + ", ".join(facts))
    lines += [f"        {problem_text(problem)}" for problem in case.get("problems", [])[:6]]
    return "\n".join(lines)
