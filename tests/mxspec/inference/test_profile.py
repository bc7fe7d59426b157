"""A profile counts what valid and explain say, and two profiles add up to that of all values."""

import copy
import enum
import importlib
import itertools
import json
import pickle
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.inference import rows
from tests.mxspec.frames import random_frames
from tests.processes import run_fresh

room = importlib.import_module("mxspec.inference.profile")

THRESHOLD = s.conformal(range(1000), of="numbers")


def read(x):
    if x == 13:
        raise ValueError("thirteen")
    return s.Reading(int(x) % 3, confidence=float(x % 7) / 7, score=float(abs(x)))


def some(n):
    return n


many_calls = []


@s.batched(lambda xs: many_calls.append(len(xs)) or [read(x) for x in xs])
def read_many(x):
    return read(x)


PLAIN = s.or_(age=s.int_in(0, 10), names=s.coll_of(s.spec({"Bo", "Suki"})))
MODEL = s.model_spec({0, 1}, read, some, input=int)
STRICT = s.model_spec({0, 1}, read_many, some, input=int, threshold=THRESHOLD, min_confidence=0.2)
SPECS = [PLAIN, MODEL, STRICT, s.nilable(MODEL)]
values = st.lists(
    st.one_of(
        st.integers(-20, 2000),
        st.none(),
        st.text(max_size=2),
        st.lists(st.sampled_from(["Bo", "x"]), max_size=2),
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(
    st.sampled_from(SPECS),
    values,
    st.lists(st.integers(0, 30), max_size=3),
    st.randoms(use_true_random=False),
)
def test_profiles_of_any_parts_in_any_order_add_up_to_that_of_all(spec, xs, cuts, rng):
    whole = s.profile(spec, xs)
    assert whole.valid == sum(s.valid(spec, x) for x in xs)
    assert whole.total == len(xs)
    assert sum(whole.reasons.values()) == whole.invalid
    rng.shuffle(xs)
    ends = [0, *sorted(cuts), len(xs)]
    parts = [s.profile(spec, xs[start:end]) for start, end in itertools.pairwise(ends)]
    rng.shuffle(parts)
    assert sum(parts) == whole
    assert repr(sum(parts)) == repr(whole)
    assert (0 + whole, whole + s.profile(spec, [])) == (whole, whole)


def test_a_profile_describes_the_values():
    profile = s.profile(STRICT, [0, 1, 2, 3, 4, 999.5, 5000, 13, 9, 10, "x"])
    assert (profile.valid, profile.invalid) == (4, 7)
    assert dict(profile.labels) == {0: 2, 1: 2}
    assert sum(profile.p_values) == 8
    assert sum(profile.confidences) == 8
    assert profile.p_values[19] == 7
    assert profile.reasons["an int is required"] == 2
    assert dict(profile.reasons) == {
        "an int is required": 2,
        "read as # (#), but {#, #} is required": 2,
        "read as # (#), but a confidence of # is required": 2,
        "not recognised: ValueError: thirteen": 1,
    }


def test_reasons_of_a_plain_spec_are_sentences_without_their_numbers():
    profile = s.profile(s.map_of(str, s.int_in(0, 10)), [{"a": 12}, {"b": 13}, {1: 1}, 3])
    assert dict(profile.reasons) == {
        "an int from # to # is required": 2,
        "a string is required": 1,
        "a map is required": 1,
    }


def test_a_profile_keeps_a_bounded_number_of_values_and_counts_the_rest():
    words = [f"{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(300)]

    def refuse(x):
        raise ValueError(x)

    refusing = s.profile(refuse, words)
    assert len(refusing.reasons) == room.KINDS + 1
    assert refusing.reasons[None] == 200
    assert len(refusing.refused) == room.EXAMPLES
    labels = s.profile(s.model_spec(str, some, some), words)
    assert len(labels.labels) == room.KINDS + 1
    random.Random(0).shuffle(words)
    assert sum(s.profile(refuse, words[i::7]) for i in range(7)) == refusing
    assert (
        sum(s.profile(s.model_spec(str, some, some), words[i::7]) for i in range(7)).labels == labels.labels
    )


class Color(enum.IntEnum):
    RED = 1


class Name(enum.StrEnum):
    RED = "red"


EQUALS = [
    [1, True, 1.0, Fraction(1), Decimal(1), 1 + 0j, Color.RED],
    [(0.5, "a"), (Fraction(1, 2), "a"), (np.float32(0.5), "a")], [float("nan"), float("nan")],
    [float("inf"), Decimal("inf")], [frozenset([1]), frozenset([True])], ["red", Name.RED], [2j],
]  # fmt: skip


def test_labels_that_are_equal_are_one_kind_wherever_they_are_met():
    labels = [label for equals in EQUALS for label in equals] + [f"w{n}" for n in range(100)]
    spec = s.model_spec(s.is_any, lambda x: x[0], lambda label: [label])
    wholes = set()
    for seed in range(20):
        random.Random(seed).shuffle(labels)
        values = [[label] for label in labels]
        whole = s.profile(spec, values)
        parts = [s.profile(spec, values[i::5]) for i in range(5)]
        assert repr(sum(parts)) == repr(sum(reversed(parts))) == repr(whole)
        assert sum(whole.labels.values()) == len(labels)
        assert len(whole.labels) == room.KINDS + 1
        wholes.add(repr(whole))
    assert len(wholes) == 1
    for equals in EQUALS:
        few = s.profile(spec, [[label] for label in equals])
        assert [*few.labels.values()] == [len(equals)]


def test_values_are_taken_in_batches_and_not_kept():
    alive = set()

    class Value(int):
        def __new__(cls, n):
            value = super().__new__(cls, n)
            alive.add(n)
            return value

        def __del__(self):
            alive.discard(int(self))

    most = 0

    def stream():
        nonlocal most
        for n in range(5000):
            yield Value(n)
            most = max(most, len(alive))

    assert s.profile(s.int_in(0, 4000), stream()).valid == 4000
    assert most < 2200
    many_calls.clear()
    s.profile(STRICT, range(2500))
    assert max(many_calls) == 1000
    assert len(many_calls) == 3


def test_a_profile_of_arrays_adds_up_by_their_content():
    ones = [np.full(3, n) for n in range(30)]
    spec = s.array((3,), max=5)
    whole = s.profile(spec, np.stack(ones))
    assert whole.invalid == 24
    assert whole == s.profile(spec, ones[::-1])
    assert len(whole.refused) == room.EXAMPLES
    assert all(not s.valid(spec, each.value) for each in whole.refused)


def test_profiles_of_two_specs_do_not_add_up():
    with pytest.raises(s.SpecDefinitionError, match=r"profiles of two specs don't add up: int and str|spec"):
        s.profile(int, [1]) + s.profile(str, [1])
    with pytest.raises(TypeError):
        s.profile(int, [1]) + 1


@pytest.mark.parametrize("spec", SPECS, ids=repr)
def test_a_profile_is_json_and_pickles(spec):
    profile = s.profile(spec, [1, 2, 3000, "x", None, [{1}], np.zeros(2)])
    data = json.loads(json.dumps(profile.to_dict(), allow_nan=False))
    assert (data["valid"], data["invalid"], data["total"]) == (profile.valid, profile.invalid, 7)
    assert len(data["refused"]) == len(profile.refused)
    for again in (pickle.loads(pickle.dumps(profile)), copy.deepcopy(profile)):
        assert again == profile
        assert repr(again) == repr(profile)


def read_back(profile):
    return s.Profile.from_dict(json.loads(json.dumps(profile.to_dict(), allow_nan=False)))


@settings(max_examples=60)
@given(st.sampled_from(SPECS), values, values)
def test_a_profile_comes_back_from_its_json(spec, some_values, others):
    profile, more = s.profile(spec, some_values), s.profile(spec, others)
    assert read_back(profile) == profile
    assert repr(read_back(profile)) == repr(profile)
    assert read_back(profile) + more == profile + read_back(more) == s.profile(spec, [*some_values, *others])
    assert read_back(profile).to_dict() == profile.to_dict()


LABELS = [1, True, 1.5, "a", "\ud800", ("a", 1), (("a",), "b"), Decimal("1.5"), frozenset({1}), 2**70]


def test_labels_that_json_has_no_word_for_come_back_as_it_writes_them():
    spec = s.model_spec(s.is_any, lambda x: s.Reading(LABELS[x]), some, input=int)
    profile = s.profile(spec, [*range(len(LABELS))])
    again = read_back(profile)
    assert sorted(again.to_dict()["labels"], key=str) == sorted(profile.to_dict()["labels"], key=str)
    assert again.labels[("a", 1)] == again.labels[(("a",), "b")] == 1
    assert again.total == profile.total == sum(again.labels.values())


def test_a_year_of_nights_by_json_is_judged_as_their_profiles_are():
    ages, promise, plain, by_json = s.int_in(0, 151), s.Promise(0.01, 0.99, 5000), None, None
    for day in range(60):
        night = s.profile(ages, [30] * 200 + ["?"] * (day // 8))
        plain = night.holds(promise, plain, str(day))
        by_json = read_back(night).holds(promise, by_json, str(day))
    assert by_json == plain
    assert plain.verdict == "broken"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, "no profile of version 1 as to_dict makes it: "),
        ({"version": 2}, "2 .*version"),
        ({"valid": 7}, "is_sum"),
        ({"valid": True}, "True .*valid"),
        ({"reasons": [["a"]]}, "reasons"),
        ({"p_values": [1]}, "p_values"),
        ({"refused": [{"digest": "a", "reason": "b"}]}, "value"),
        ({"spec": None}, "spec"),
    ],
    ids=repr,
)
def test_what_is_no_profile_is_an_error(change, message):
    data = change and {**s.profile(int, [1, "x"]).to_dict(), **change}
    with pytest.raises(s.SpecDefinitionError, match=message):
        s.Profile.from_dict(data)


def test_a_name_stands_in_the_table_and_an_unknown_one_is_an_error():
    s.def_("profile/digit", s.int_in(0, 10))
    assert repr(s.profile("profile/digit", [1, 2])).startswith("profile of 2 values by profile/digit\nvalid")
    with pytest.raises(s.UnknownSpecError):
        s.profile("profile/nothing", [])
    s.def_("profile/digit", None)


def test_other_processes_keep_the_same_examples():
    program = """
        import mxspec as s
        words = {'a', 'b', 'c'}
        print([e.digest for e in s.profile(int, [words, object, 'x']).refused], *words, sep='\\n')
    """
    (digests, *words), (others, *other_words) = (
        run_fresh(program, PYTHONHASHSEED=seed).splitlines() for seed in ("1", "2")
    )
    assert digests == others
    assert words != other_words  # the sets are in another order


def test_learnt_specs_have_p_values():
    ring = np.random.default_rng(0).normal(size=(700, 2))
    spec = s.from_examples(ring)
    whole = s.profile(spec, ring)
    assert whole.valid == sum(s.valid(spec, row) for row in ring)
    assert sum(whole.p_values) == 700
    assert sum(s.profile(spec, ring[i::3]) for i in range(3)) == whole


def test_no_reading_depends_on_how_many_others_there_are():
    # As a network rounds: its answers depend on the size of the batch, and here on nothing else.
    def rounded(count):
        return s.Reading(1, confidence=0.5 - 1e-6 * (count % 2))

    @s.batched(lambda xs: [rounded(len(xs)) for _ in xs])
    def read(x):
        return rounded(1)

    spec = s.model_spec({1}, read, some)
    assert sum(s.profile(spec, range(i, 30, 7)) for i in range(7)) == s.profile(spec, range(30))


def test_a_value_that_contains_itself_ends_a_profile_as_it_ends_valid():
    ring = []
    ring.append(ring)
    s.def_("profile/nested", s.coll_of("profile/nested"))
    for ask in (lambda: s.valid("profile/nested", ring), lambda: s.profile("profile/nested", [[], ring])):
        with pytest.raises(s.SpecError, match="the value contains itself"):
            ask()
    s.def_("profile/nested", None)


def test_labels_without_a_hash_are_counted_by_their_text():
    echo = s.model_spec(s.is_any, lambda x: x, str)
    assert dict(s.profile(echo, [{"a": 1}, {"a": 1}, ([],), 3]).labels) == {"{'a': 1}": 2, "([],)": 1, 3: 1}


def test_a_line_of_a_profile_has_the_numbers_that_all_its_values_share():
    ages, read = s.int_in(0, 10), s.model_spec({1, 2}, lambda x: x, str)
    same = [s.profile(ages, xs) for xs in ([12, 13], [], [99])]
    assert dict(sum(same).reasons) == {"an int from # to # is required": 3}
    assert "\n  an int from 0 to 9 is required  " in repr(sum(same))
    assert "\n  read as 5, but {1, 2} is required  " in repr(s.profile(read, [5, 5]))
    for apart in (s.profile(read, [5, 6]), s.profile(read, [6]) + s.profile(read, [5])):
        assert "\n  read as #, but {#, #} is required  " in repr(apart)


# --- rows -------------------------------------------------------------------------------------------------

ROWS = [{"id": i, "coupon": "SPRING" if i % 2 else None} for i in range(400)]
ORDER = s.contract(
    s.keys(req_un={"id": int, "coupon": s.nilable(str)}),
    rows=400,
    refuses=0.1,
    unique=["id"],
    missing={"coupon": 0.6},
)
HOLDS = ("the table keeps its terms: no repeat in 'id'; 'coupon' missing in at most 60%",)
HOLDERS = {
    "rows": lambda rows, path: rows,
    "pandas": lambda rows, path: pytest.importorskip("pandas").DataFrame(rows),
    "polars": lambda rows, path: pytest.importorskip("polars").DataFrame(rows),
    "a lazy frame": lambda rows, path: pytest.importorskip("polars").LazyFrame(rows),
    "a file": lambda rows, path: path.write_text("".join(json.dumps(row) + "\n" for row in rows)) and path,
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_profile_says_if_the_table_keeps_its_terms(holder, tmp_path):
    def ask(rows, spec=ORDER):
        return s.profile(spec, HOLDERS[holder](rows, tmp_path / "rows.jsonl")).table

    assert ask(ROWS) == HOLDS
    assert ask([*ROWS, ROWS[3]]) == ("of the table, 'id': 1 value repeats: 3 (2 times, again in row 401)",)
    assert ask(ROWS[::2]) == ("of the table, 'coupon': missing in 200 of 200 rows, at most 60% may be",)
    assert ask(ROWS, s.keys(req_un={"id": int})) == ()
    assert repr(s.profile(ORDER, HOLDERS[holder](ROWS, tmp_path / "rows.jsonl"))).endswith(HOLDS[0])


def test_the_rows_and_the_terms_of_their_table_are_asked_together(tmp_path, monkeypatch):
    pl = pytest.importorskip("polars")
    asked = []
    collect, read = pl.LazyFrame.collect, rows.read_path
    monkeypatch.setattr(pl.LazyFrame, "collect", lambda *a, **k: asked.append("plan") or collect(*a, **k))
    monkeypatch.setattr(rows, "read_path", lambda *a, **k: asked.append("file") or read(*a, **k))
    for holder, words in (("a lazy frame", ["plan"]), ("a file", ["file"])):
        asked.clear()
        assert s.profile(ORDER, HOLDERS[holder](ROWS, tmp_path / "rows.jsonl")).table == HOLDS
        assert asked == words


def test_a_profile_that_can_not_ask_for_the_table_says_so():
    whole, part = s.profile(ORDER, ROWS), s.profile(ORDER, ROWS[:9])
    assert (
        s.profile(ORDER, iter(ROWS))
        .table[0]
        .startswith("the table is not asked, as such values are not kept")
    )
    assert (whole + part).table[0].startswith("the table is not asked of a sum of profiles")
    assert (0 + whole + s.profile(ORDER, [])).table == HOLDS
    assert json.loads(json.dumps(whole.to_dict()))["table"] == [*HOLDS]


@pytest.mark.parametrize("holder", ["pandas", "polars", "a lazy frame", "a file"])
def test_of_many_refused_rows_few_are_explained_and_all_are_counted(holder, tmp_path, monkeypatch):
    rows = [{"n1": 7 + 10 * (i % 2), "word": "tea" if i % 3 else "te"} for i in range(60)]
    spec = s.keys(req_un={"n1": s.int_in(1, 10), "word": {"tea"}})
    values = HOLDERS[holder](rows, tmp_path / "rows.jsonl")
    whole = s.profile(spec, values)
    monkeypatch.setattr(room, "MOST_REASONS", 12)
    few = s.profile(spec, values)
    assert (few.valid, few.invalid) == (whole.valid, whole.invalid) == (20, 40)
    assert dict(whole.reasons) == {"n1: an int from # to # is required": 30, "word: 'tea' is required": 20}
    if holder == "a file":
        assert few.reasons[None] == 28
    else:
        assert (few.reasons, few.texts) == (whole.reasons, whole.texts)
    assert few.refused == whole.refused


def check_reasons(seed, n, monkeypatch):
    """Compare the reasons that engines count with those of each row; return the number of profiles."""
    compared = 0
    for note, table, spec in random_frames.questions(seed, n):
        for library, frame in random_frames.libraries(table):
            monkeypatch.setattr(room, "MOST_REASONS", 10_000)
            whole = s.profile(spec, frame)
            monkeypatch.setattr(room, "MOST_REASONS", 1)
            few = s.profile(spec, frame)
            assert (few.valid, few.invalid) == (whole.valid, whole.invalid)
            if None not in few.reasons:
                assert (few.reasons, few.texts) == (whole.reasons, whole.texts), (note, library)
                compared += whole.invalid > 1
    return compared


@pytest.mark.filterwarnings("ignore")  # of casts, of time zones, of lazy schemas
@pytest.mark.parametrize(
    ("seed", "n"),
    [
        ("a", 6),
        pytest.param("q", 100, marks=pytest.mark.slow),
        pytest.param("r", 100, marks=pytest.mark.slow),
    ],
)
def test_the_reasons_that_an_engine_counts_are_those_of_each_row(seed, n, monkeypatch):
    pytest.importorskip("duckdb")
    assert check_reasons(seed, n, monkeypatch) > n


def test_a_cause_has_one_reason_by_every_door(monkeypatch):
    pandas = pytest.importorskip("pandas")
    ages = s.infer([{"age": i % 90, "plan": ["free", "pro"][i % 2]} for i in range(1000)], ordered=False)
    rows = [{"age": 2 * i + 31, "plan": f"p{i}"} for i in range(60)]
    whole = s.profile(ages, rows)
    monkeypatch.setattr(room, "MOST_REASONS", 2)
    assert s.profile(ages, pandas.DataFrame(rows)).reasons == whole.reasons
    assert "age: above 89, the most of 1,000 rows" in repr(s.profile(ages, pandas.DataFrame(rows)))


def test_a_frame_that_lacks_a_column_is_counted_though_no_cell_can_be_asked(monkeypatch):
    pandas = pytest.importorskip("pandas")
    monkeypatch.setattr(room, "MOST_REASONS", 2)
    frame = pandas.DataFrame({"n": [*range(9)]})
    assert s.profile(s.keys(req_un={"m": int, "n": s.int_in(0, 5)}), frame).reasons == {
        "key 'm' is required": 9,
        "n: an int from # to # is required": 4,
    }
