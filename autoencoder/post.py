"""The post "Integrating Deep Learning with clojure.spec" (Carin Meier, 2019), from top to bottom.

`run` goes through `the_post` statement by statement, as a reader at a prompt would: it prints each, and the
value where there is one. So the code below is what runs and what is read.
"""

import ast
import inspect
import os
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mxspec as s
from autoencoder.data.idx import load
from autoencoder.data.images import pictures
from autoencoder.model_specs import discriminate, first_image, generate, test_model_spec
from autoencoder.viz import im_sav


def the_post(data_dir: Any, output: Any, seed: int) -> None:
    """The statements of the post; strings are its headings."""
    "A quick view of clojure.spec"
    s.def_("cats/cat-sounds", {"meow", "purr", "hiss"})
    s.valid("cats/cat-sounds", "meow")
    s.valid("cats/cat-sounds", "bark")
    s.sample("cats/cat-sounds", seed=seed)
    s.def_("cats/even-number", s.and_(int, s.is_even))
    s.sample("cats/even-number", seed=seed)
    s.def_("cats/cat-name", s.with_gen(str, lambda: s.gen({"Suki", "Bill", "Patches", "Sunshine"})))
    s.valid("cats/cat-name", "Peaches")
    s.sample("cats/cat-name", seed=seed)

    "Creating specs for deep learning models"
    im_sav("originals", output, pictures(load("train", data_dir).images[:100]))
    my_test_image = first_image(6, data_dir)
    im_sav("test-discriminator-image", output, pictures([my_test_image]))
    discriminate(my_test_image)
    generated_test_image = generate(3)
    im_sav("generated-image", output, pictures([generated_test_image]))

    "A spec for MNIST numbers"
    s.def_("mnist/mnist-number", s.and_(int, lambda n: 0 <= n <= 9))
    s.valid("mnist/mnist-number", 3)
    s.valid("mnist/mnist-number", 11)
    s.sample("mnist/mnist-number", seed=seed)

    "A spec for MNIST images"
    s.def_(
        "mnist/mnist-image",
        s.with_gen(
            lambda image: s.valid("mnist/mnist-number", discriminate(image)),
            lambda: s.fmap(generate, s.gen("mnist/mnist-number")),
        ),
    )
    s.valid("mnist/mnist-image", my_test_image)
    test_model_spec("mnist/mnist-image", my_test_image, seed=seed, output=output)

    "The same, shorter: def_model_spec"
    s.def_model_spec("mnist/mnist-image", "mnist/mnist-number", discriminate, generate)

    "More specs, more fun: even numbers"
    s.def_model_spec(
        "mnist/even-mnist-image", s.and_("mnist/mnist-number", s.is_even), discriminate, generate
    )
    test_model_spec("mnist/even-mnist-image", my_test_image, seed=seed, output=output)

    "Odd numbers"
    s.def_model_spec("mnist/odd-mnist-image", s.and_("mnist/mnist-number", s.is_odd), discriminate, generate)
    test_model_spec("mnist/odd-mnist-image", my_test_image, seed=seed, output=output)

    "Odd numbers over 2"
    s.def_model_spec(
        "mnist/odd-over-2-mnist-image",
        s.and_("mnist/mnist-number", s.is_odd, lambda n: n > 2),
        discriminate,
        generate,
    )
    test_model_spec("mnist/odd-over-2-mnist-image", my_test_image, seed=seed, output=output)

    "Beyond the post: why not?"
    s.explain("mnist/odd-mnist-image", my_test_image)


def run(
    data_dir: str | os.PathLike[str] | None = None,
    output: str | os.PathLike[str] = "results",
    seed: int = 0,
    show: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Run the post and show each expression and its value.

    Args:
        data_dir: as `data.load` takes it.
        output: the folder for the pictures.
        seed: makes the samples repeatable.
        show: is called with each piece of text.

    Returns:
        The value of each expression by its source.

    Raises:
        DataError, CheckpointError: the images or the networks can't be read.
    """
    before = {name: spec for name, spec in s.registry().items() if name.startswith("mnist/")}
    try:
        return _run({**globals(), "data_dir": data_dir, "output": Path(output), "seed": seed}, show)
    finally:
        # The post defines them without `input=`; those of model_specs come back.
        for name, spec in before.items():
            s.def_(name, spec)


def _run(names: dict[str, Any], show: Callable[[str], object]) -> dict[str, Any]:
    lines, first = inspect.getsourcelines(the_post)
    text = textwrap.dedent("".join(lines))
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    values: dict[str, Any] = {}
    for statement in function.body[1:]:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            show(f"\n# {statement.value.value!s}")
            continue
        source = textwrap.dedent(" " * statement.col_offset + (ast.get_source_segment(text, statement) or ""))
        show(">>> " + source.replace("\n", "\n... "))
        # With the line numbers of this file, so that specs can show the source of their lambdas.
        ast.increment_lineno(statement, first - 1)
        if not isinstance(statement, ast.Expr):
            exec(compile(ast.Module([statement], []), __file__, "exec"), names)
            continue
        value = values[source] = eval(compile(ast.Expression(statement.value), __file__, "eval"), names)
        if value is not None:
            show(str(value) if isinstance(value, Path) else repr(value))
    return values
