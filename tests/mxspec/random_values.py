"""Random values for tests of what holds for all, and when two of them are the same."""

from hypothesis import strategies as st

values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 12), st.floats(), st.sampled_from(["", "x", "p", "law/a"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["kind", "a", "b", "law/a", "law/b", 1]), inner, max_size=3),
    ),
    max_leaves=6,
)

texts = st.sampled_from(
    ["", "null", "1", "1.5", "true", "yes", "2019-10-11", "2019-10-11T12:00:00", "NaN", "h", "a", "P1DT2S",
     "1/3",
     "AP8=", "(1+2j)", "00000000-0000-0000-0000-000000000005", "1_0", " 1", "٣", "-Infinity", "1e400"]
)  # fmt: skip
json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 12), st.floats(), texts, st.integers(10**400, 10**401)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["kind", "a", "b", "x", "day", "law/a", "1", "2019-10-11"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)


def same(a, b):
    """Equal and of equal types, with NaN equal to itself."""
    return shown(a) == shown(b)


def shown(x):
    """x as text that does not depend on the order in which a set was filled."""
    if isinstance(x, (set, frozenset)):
        return f"{type(x)}{sorted(map(shown, x))}"
    if isinstance(x, (list, tuple)):
        return f"{type(x)}{[shown(e) for e in x]}"
    if isinstance(x, dict):
        return f"{type(x)}{[(shown(key), shown(value)) for key, value in x.items()]}"
    return repr(x)


def types_in(x):
    """The type of a value, and those of its parts."""
    if isinstance(x, dict):
        return type(x), [(types_in(key), types_in(value)) for key, value in x.items()]
    if isinstance(x, list | tuple):
        return type(x), [types_in(part) for part in x]
    if isinstance(x, set | frozenset):
        return type(x), sorted(str(types_in(part)) for part in x)
    return type(x)
