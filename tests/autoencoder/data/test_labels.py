import json

import numpy as np
import pytest

from autoencoder.data.idx import DataError, Dataset
from autoencoder.data.labels import (
    DIGITS,
    LABELS_FILE,
    LabelError,
    Labels,
    as_floats,
    check_digits,
    group_of,
    names_in,
)
from tests.autoencoder.edits import resealed

LETTERS = Labels((20, 16), ("a", "b", "c"), {"vowel": ("a",)})


def of(numbers, **words):
    return Labels.of(Dataset(np.zeros((len(numbers), 6), np.float32), np.array(numbers), (2, 3)), **words)


@pytest.mark.parametrize(("labels", "names"), [(DIGITS, range(10)), (LETTERS, "abc")])
def test_a_name_stands_for_a_number(labels, names):
    for number, name in enumerate(names):
        assert labels.number(name) == number
        assert labels.name(number) == name


@pytest.mark.parametrize("number", [np.int64(3), np.uint8(3), np.array(3)])
def test_a_scalar_of_numpy_is_a_number_like_others(number):
    assert DIGITS.number(number) == 3


@pytest.mark.parametrize("name", [10, -1, "3", 3.0, True, None, [3], np.array([3])])
def test_a_value_that_is_not_a_label_is_a_label_error(name):
    with pytest.raises(LabelError, match=r"the labels are 0 to 9, and .* is not one of them"):
        DIGITS.number(name)


@pytest.mark.parametrize(
    ("names", "name", "words"),
    [
        (range(10), "3", "write 3"),
        (range(10), 3.0, "write 3"),
        pytest.param(range(10), 10**5000, "is not one of them", id="huge"),
        (range(10), float("inf"), "is not one of them"),
        (("0", "1", "2"), 2, "write '2'"),
        (("0", "1", "2"), np.float64(2), "write '2'"),
        ((1, 3, 7), 2, "the labels are 1, 3, 7, and 2 is not one of them"),
    ],
)
def test_a_label_as_text_or_number_is_an_error_with_the_label_to_write(names, name, words):
    with pytest.raises(LabelError, match=words):
        Labels((2, 2), tuple(names)).number(name)


def test_a_misspelt_label_gets_a_suggestion():
    with pytest.raises(LabelError, match="'cat', 'dog', and 'dgo' is not one of them; did you mean 'dog'"):
        Labels((2, 2), ("cat", "dog")).number("dgo")


@pytest.mark.parametrize(
    ("numbers", "words", "names"),
    [
        ([0, 1, 2], {}, (0, 1, 2)),
        ([0, 2], {}, (0, 1, 2)),
        ([0, 1], {"names": ["a", "b", "c"]}, ("a", "b", "c")),
        ([1, 2], {}, (1, 2)),
        ([1, 2], {"names": ["a", "b"]}, ("a", "b")),
        ([1, 2], {"names": ["none", "a", "b"]}, ("none", "a", "b")),
    ],
)
def test_a_data_set_has_labels_up_to_its_largest_or_as_many_as_are_named(numbers, words, names):
    assert of(numbers, **words).names == names
    assert of(numbers, **words).shape == (2, 3)


@pytest.mark.parametrize(
    ("words", "members"),
    [
        ({"names": ["a", "b", "c"], "groups": {"g": ["a", "c"]}}, ("a", "c")),
        ({"groups": {"g": ["0", "2"]}}, (0, 2)),
    ],
)
def test_a_group_is_given_as_text_also_where_labels_are_numbers(words, members):
    assert of([0, 1, 2], **words).groups == {"g": members}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"names": ["a", "b"]}, "there are 3 labels, 0 to 2, but 2 names for them: a, b"),
        ({"names": ["a", "b", "a"]}, "'a' appears twice"),
        (
            {"names": ["a", "b", "c"], "groups": {"vowel": ["a", "e"]}},
            "'a', 'b', 'c', and 'e' is not one of them",
        ),
        ({"groups": {"odd": ["1", "3"]}}, "the labels are 0 to 2, and '3' is not one of them"),
        ({"groups": {"none": []}}, "the group 'none' has no labels; try none=0"),
    ],
)
def test_words_that_do_not_fit_are_refused(words, text):
    with pytest.raises(LabelError, match=text):
        of([0, 1, 2], **words)


@pytest.mark.parametrize(
    ("numbers", "words", "counted"),
    [
        ([0, 1, 2], {}, [0, 1, 2]),
        ([1, 3, 2], {}, [0, 2, 1]),
        ([1, 3, 2], {"names": ["a", "b", "c"]}, [0, 2, 1]),
        ([1, 3, 2], {"names": ["none", "a", "b", "c"]}, [1, 3, 2]),
    ],
)
def test_a_data_set_that_counts_from_one_is_counted_from_zero(numbers, words, counted):
    dataset = Dataset(np.zeros((3, 6), np.float32), np.array(numbers), (2, 3))
    assert Labels.of(dataset, **words).count_from_zero(dataset).labels.tolist() == counted


@pytest.mark.parametrize("labels", [Labels((2, 3), ("a", "b")), Labels((2, 3), ("a", "b"), {}, 1)])
def test_the_other_half_of_a_data_set_has_no_further_labels(labels):
    other = Dataset(np.zeros((2, 6), np.float32), np.array([1, 3]), (2, 3))
    with pytest.raises(DataError, match="found 3 at image 1"):
        labels.count_from_zero(other)


def test_names_are_read_from_text_or_a_file_or_beside_the_data(tmp_path):
    assert names_in(tmp_path) is None
    assert names_in(None) is None
    (tmp_path / "labels.txt").write_text("ä\n\n b \n", encoding="utf-8")
    assert names_in(tmp_path) == ["ä", "b"]
    assert names_in(tmp_path, "x, y") == ["x", "y"]
    (tmp_path / "others").write_text("o\np\n")
    assert names_in(None, str(tmp_path / "others")) == ["o", "p"]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe\x00", None])
def test_a_file_without_names_is_named(content, tmp_path):
    path = tmp_path / "names.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LabelError, match=r"names\.txt: expected the names of labels, a line each, found"):
        names_in(None, str(path))


@pytest.mark.parametrize("text", ["", "vowel", "vowel=", "=a", "vowel=,"])
def test_a_group_has_a_name_and_members(text):
    with pytest.raises(LabelError, match="is given as vowel=a,e,i,o,u, not as"):
        group_of(text)


@pytest.mark.parametrize("labels", [DIGITS, LETTERS, Labels((1, 9), ("ü", "ß"), {}, 1)])
def test_saved_labels_load_back_the_same(labels, tmp_path):
    labels.save(tmp_path)
    assert Labels.load(tmp_path) == labels


def test_a_folder_without_labels_has_networks_of_digits(tmp_path):
    assert Labels.load(tmp_path) == DIGITS


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        json.dumps({"shape": [28, 28]}),
        json.dumps({"shape": [28], "labels": ["a"], "groups": {}}),
        json.dumps({"shape": [2, 2], "labels": [], "groups": {}}),
        json.dumps({"shape": [2, 2], "labels": ["a"], "groups": {"g": ["b"]}}),
        json.dumps({"shape": [2, 2], "labels": [["a"]], "groups": {}}),
    ],
)
def test_a_damaged_file_is_named(content, tmp_path):
    (tmp_path / LABELS_FILE).write_text(content)
    with pytest.raises(LabelError, match=r"labels\.json is damaged, or another kind of file"):
        Labels.load(resealed(tmp_path))


def test_networks_of_other_labels_are_no_networks_of_digits(tmp_path):
    check_digits(DIGITS, tmp_path, "mnist")
    with pytest.raises(LabelError, match=r"mnist/\.\.\. are specs of the digits 0 to 9, .* are a, b, c; try"):
        check_digits(LETTERS, tmp_path, "mnist")


@pytest.mark.parametrize("label", [3, 255, -1])
def test_a_network_is_shown_no_label_that_it_has_no_place_for(label):
    with pytest.raises(DataError, match=rf"within 0\.\.2, found {label} at image 1, and 1 such"):
        as_floats(np.array([0, label]), 3)
