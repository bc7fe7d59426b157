"""Boundaries: the plainest example that is read otherwise than it was generated."""

import numpy as np
import pytest
from hypothesis import strategies as st

import mxspec as s

# A plane with a class at each corner of a triangle: what is generated lies around its corner, what is read is
# the nearest corner.
CORNERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 6.0]])


def read(point):
    distances = np.linalg.norm(CORNERS - point, axis=1)
    odds = np.exp(-distances)
    label, score = int(distances.argmin()), distances.min()
    return s.Reading(label, confidence=float(odds.max() / odds.sum()), score=score)


def make(label, style):
    return CORNERS[label] + style.astype(np.float64)


def plane(labels=frozenset({0, 1, 2}), **options):
    return s.model_spec(labels, read, make, **{"latent": lambda: s.standard_normal(2)} | options)


def test_the_strip_leads_from_the_plainest_value_to_the_first_that_is_read_otherwise():
    boundary = s.find_boundary(plane(), 1, towards=0, steps=6)
    assert (boundary.label, boundary.reading.label, boundary.is_crossed) == (1, 0, True)
    assert [reading.label for reading in boundary.readings] == [1, 1, 1, 1, 1, 0]
    assert np.array_equal(boundary.strip[0], CORNERS[1])
    assert np.allclose(np.diff(boundary.strip, axis=0), boundary.latent / 5, atol=1e-6)
    assert np.array_equal(boundary.value, boundary.strip[-1])
    assert boundary.reading is boundary.readings[-1]


def test_the_value_lies_on_the_boundary():
    boundary = s.find_boundary(plane(), 1, towards=0)
    assert boundary.value[0] == pytest.approx(2, abs=0.01)  # half-way from corner 1 to corner 0
    assert np.allclose(boundary.latent, [-2, 0], atol=0.01)  # where the boundary is nearest


def test_of_all_labels_the_smallest_that_is_read_otherwise_is_sought():
    assert s.find_boundary(plane({1, 2}), seed=3).label == 1
    assert s.find_boundary(plane({2}), seed=3).label == 2


def test_a_label_that_is_to_be_read_is_not_generated():
    boundary = s.find_boundary(plane(), towards=0)
    assert (boundary.label, boundary.reading.label) == (1, 0)


def test_the_same_seed_finds_the_same():
    first, again = (s.find_boundary(plane(), seed=5) for _ in range(2))
    assert repr(first) == repr(again)
    assert np.array_equal(first.strip, again.strip)


def far_out(limit, latent, *, is_sure):
    """A model that reads the sum of a latent as 1 beyond a limit, else as 0, and may say how sure it is."""

    def read_sum(x):
        sure = float(1 / (1 + np.exp(-abs(x - limit) / limit))) if is_sure else None
        return s.Reading(int(x > limit), confidence=sure)

    return s.model_spec({0}, read_sum, lambda label, z: float(np.sum(z)), latent=latent)


@pytest.mark.few(3)
@pytest.mark.parametrize("is_sure", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_wider_latents_cross_a_boundary_that_samples_hardly_reach(is_sure, seed):
    # 16 normal numbers add up to 16, four deviations, in 3 of 100,000 draws.
    assert s.find_boundary(far_out(16, lambda: s.standard_normal(16), is_sure=is_sure), seed=seed).is_crossed


def test_wider_latents_stay_within_the_range_of_the_strategy():
    drawn = st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4).map(lambda x: np.array(x, np.float32))
    seen = []
    spec = s.model_spec({0}, lambda x: 0, lambda label, z: seen.append(z) or z, latent=lambda: drawn)
    s.find_boundary(spec, max_examples=40)
    assert 0 <= np.min(seen) < np.max(seen) <= 1
    assert np.mean(np.array(seen) == np.max(seen)) > 0.2


def test_confidence_shows_the_way_where_latents_are_no_arrays():
    def latent():
        return st.tuples(*[st.integers(0, 100)] * 6)

    aimless, aiming = (
        sum(s.find_boundary(far_out(580, latent, is_sure=sure), seed=i).is_crossed for i in range(2))
        for sure in (False, True)
    )
    assert aiming == 2
    assert aimless < 2


def test_a_missing_boundary_is_reported():
    boundary = s.find_boundary(plane({1}), towards=7, max_examples=60)
    assert not boundary.is_crossed
    assert boundary.tried == 60
    words = "no boundary: none of 60 examples is read as 7; the least sure is 1, read as 1 (0."
    assert repr(boundary).startswith(words)
    assert {reading.label for reading in boundary.readings} == {1}
    sure = [reading.confidence for reading in boundary.readings]
    assert sure[-1] == min(sure)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threshold": 1.0}, "1, read as 1 (0."),
        ({"min_confidence": 0.8}, "1, read as 1 (0."),
        ({"input": lambda point: point[0] < 5}, "1, not recognised: it does not fit the spec of the input"),
    ],
)  # fmt: skip
def test_the_spec_refuses_the_value_across_the_boundary(options, words):
    boundary = s.find_boundary(plane(**options), 1)
    assert boundary.is_crossed
    assert repr(boundary).startswith(words)
    assert [s.valid(plane(**options), x) for x in boundary.strip] == [True] * 7 + [False]


def test_a_value_that_has_no_reading_is_across_the_boundary():
    def strict(point):
        if point[0] > 5:
            raise ValueError("off the map")
        return read(point)

    spec = s.model_spec({1}, strict, make, latent=lambda: s.standard_normal(2))
    assert repr(s.find_boundary(spec)).startswith("1, not recognised: ValueError: off the map, after")


def test_where_the_plainest_value_is_across_the_strip_is_that_alone():
    spec = s.model_spec({0, 1}, lambda x: 7, make, latent=lambda: s.standard_normal(2))
    boundary = s.find_boundary(spec)
    assert (boundary.label, len(boundary.strip), boundary.tried) == (0, 1, 1)
    assert repr(boundary) == "0, read as 7, after 1 example"


def test_a_line_that_crosses_twice_ends_where_it_crosses_first():
    # From 0.3 to 0.35 and from 1 on, the reading is another: the first gap is between two of five steps.
    def bands(x):
        return "across" if 0.3 < x < 0.35 or x > 1 else "here"

    spec = s.model_spec({"here"}, bands, lambda label, z: float(z[0]), latent=lambda: s.standard_normal(1))
    boundary = s.find_boundary(spec, steps=40)
    assert boundary.value == pytest.approx(0.3, abs=0.001)


@pytest.mark.parametrize(
    ("latent", "generate", "strip"),
    [
        (lambda: st.integers(0, 9), lambda label, n: label + n, [1, 4]),
        (lambda: st.floats(0, 10), lambda label, x: label + x, pytest.approx([1, 2, 3, 4], abs=0.01)),
        (lambda: st.just("x"), lambda label, x: 9, [9]),
    ],
    ids=["ints", "floats", "one"],
)
def test_latents_of_any_kind(latent, generate, strip):
    spec = s.model_spec({1}, lambda x: 1 if x < 4 else 2, generate, latent=latent)
    boundary = s.find_boundary(spec, steps=4)
    assert boundary.is_crossed
    assert list(boundary.strip) == strip
    assert len(boundary.strip) == len(boundary.readings)


def test_the_result_is_as_plain_as_possible():
    # Read otherwise is what is large in the first of 16 numbers; the others do not matter.
    def first(z):
        return s.Reading(int(z[0] > 3), confidence=float(1 / (1 + np.exp(-abs(z[0] - 3)))))

    spec = s.model_spec({0}, first, lambda label, z: z, latent=lambda: s.standard_normal(16))
    boundary = s.find_boundary(spec, seed=2)
    assert boundary.latent[0] == pytest.approx(3, abs=0.01)
    assert not boundary.latent[1:].any()


@pytest.mark.parametrize(
    ("max_examples", "batches"), [(300, [300]), pytest.param(1200, [1000, 200], marks=pytest.mark.slow)]
)
def test_a_model_is_asked_about_many_at_once(max_examples, batches):
    sizes = []
    spec = far_out(16, lambda: s.standard_normal(16), is_sure=True)

    @s.batched(lambda xs: (sizes.append(len(xs)), [spec.discriminate(x) for x in xs])[1])
    def read_sum(x):
        return spec.discriminate(x)

    many = s.model_spec({0}, read_sum, spec.generate, latent=spec.latent, input=float)
    one_by_one, in_batches = (s.find_boundary(each, max_examples=max_examples) for each in (spec, many))
    assert repr(in_batches) == repr(one_by_one)
    assert sizes == [*batches, *[max_examples // 10] * 10]  # the latter to make it plainer


def test_it_is_found_by_name_and_within_a_property_test():
    s.def_("boundary/plane", plane())
    assert s.find_boundary("boundary/plane", 1, towards=0).label == 1
