"""The post, run from top to bottom."""

import ast
import doctest

import pytest

import mxspec as s
from autoencoder import post
from autoencoder.data.idx import DataError


@pytest.fixture(scope="module")
def the_post(tmp_path_factory):
    """Its answers, its text and the folder of its pictures."""
    folder = tmp_path_factory.mktemp("results")
    lines: list[str] = []
    answers = post.run(output=folder, seed=0, show=lines.append)
    return answers, "\n".join(lines), folder


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('s.valid("cats/cat-sounds", "meow")', True),  # (s/valid? ::cat-sounds :meow) ;=> true
        ('s.valid("cats/cat-sounds", "bark")', False),  # (s/valid? ::cat-sounds :bark) ;=> false
        ('s.valid("cats/cat-name", "Peaches")', True),  # (s/valid? ::cat-name "Peaches") ;=> true
        ("discriminate(my_test_image)", 6),  # (discriminate my-test-image) ;=> 6
        ('s.valid("mnist/mnist-number", 3)', True),  # (s/valid? ::mnist-number 3) ;=> true
        ('s.valid("mnist/mnist-number", 11)', False),  # (s/valid? ::mnist-number 11) ;=> false
        (
            's.valid("mnist/mnist-image", my_test_image)',
            True,
        ),  # (s/valid? ::mnist-image my-test-image) ;=> true
    ],
)
def test_its_expressions_have_the_posts_values(the_post, expression, value):
    answers, text, _ = the_post
    assert ast.literal_eval(answers[expression]) == value
    assert f">>> {expression}\n{value!r}" in text


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        # (gen/sample (s/gen ::cat-sounds)) ;=> (:hiss :hiss :hiss :meow :meow :purr :hiss :meow :meow :meow)
        ("cats/cat-sounds", lambda x: x in {"meow", "purr", "hiss"}),
        # (gen/sample (s/gen ::even-number)) ;=> (0 0 -2 2 0 10 -4 8 6 8)
        ("cats/even-number", lambda x: x % 2 == 0),
        # (gen/sample (s/gen ::cat-name)) ;; ("Patches" "Sunshine" "Sunshine" "Suki" "Suki" "Sunshine" ...)
        ("cats/cat-name", lambda x: x in {"Suki", "Bill", "Patches", "Sunshine"}),
        # (gen/sample (s/gen ::mnist-number)) ;=> (0 1 0 3 5 3 7 5 0 1)
        ("mnist/mnist-number", lambda x: 0 <= x <= 9),
    ],
)
def test_it_samples_ten_values_of_each_spec(the_post, name, holds):
    sampled = ast.literal_eval(the_post[0][f's.sample("{name}", seed=seed)'])
    assert isinstance(sampled, list)
    assert len(sampled) == 10
    assert all(map(holds, sampled))


def test_it_writes_every_picture_of_the_post(the_post):
    assert {path.name for path in the_post[2].iterdir()} == {
        "originals.jpg",
        "test-discriminator-image.jpg",
        "generated-image.jpg",
        "sample-mnist-image.jpg",
        "sample-even-mnist-image.jpg",
        "sample-odd-mnist-image.jpg",
        "sample-odd-over-2-mnist-image.jpg",
    }


EXAMPLES = doctest.DocTestParser().get_examples(post.TEXT.read_text(encoding="utf-8"))


def test_the_post_prints_the_statements_it_runs(the_post):
    shown = [line[4:] for line in the_post[1].splitlines() if line.startswith((">>> ", "... "))]
    assert "\n".join(shown) == "".join(example.source for example in EXAMPLES).rstrip("\n")
    assert [*the_post[0]] == [example.source.rstrip("\n") for example in EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.lineno))
def test_its_text_has_the_answers(the_post, example):
    answer = the_post[0][example.source.rstrip("\n")]
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.OutputChecker().check_output(example.want.rstrip("\n"), answer, flags)


def test_its_headings_are_shown(the_post):
    assert [line for line in the_post[1].splitlines() if line.startswith("# ")] == [
        "# A quick view of clojure.spec",
        "# Creating specs for deep learning models",
        "# A spec for MNIST numbers",
        "# A spec for MNIST images",
        "# The same, shorter: def_model_spec",
        "# More specs, more fun: even numbers",
        "# Odd numbers",
        "# Odd numbers over 2",
        "# Beyond the post: why not?",
    ]


def test_an_error_ends_it(tmp_path):
    with pytest.raises(DataError, match="/nowhere"):
        post.run("/nowhere", tmp_path, show=lambda line: None)


def test_it_leaves_the_specs_of_model_specs_as_they_were(the_post):
    assert s.describe("mnist/odd-over-2-mnist-image") == (
        "model_spec",
        ("and_", "mnist/mnist-number", "is_odd", "lambda n: n > 2"),
        "discriminate",
        "generate",
        {"input": "mnist/input"},
    )
    assert s.describe("mnist/mnist-image")[0] == "model_spec"
