"""The post "Integrating Deep Learning with clojure.spec" (Carin Meier, 2019), run from top to bottom.

`post.rst` has its statements, as a doctest file: both the text and the program.
"""

import doctest
import functools
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mxspec as s

TEXT = Path(__file__).with_name("post.rst")

_HEADING = re.compile(r"^(.+)\n-+$", re.MULTILINE)


def run(
    data_dir: str | os.PathLike[str] | None = None,
    output: str | os.PathLike[str] = "results",
    seed: int = 0,
    show: Callable[[str], object] | None = None,
) -> dict[str, str]:
    """Run the post and print each statement and its output.

    Args:
        data_dir: the folder of the idx files, as in `idx.load`.
        output: the folder for the pictures.
        seed: makes the samples repeatable.
        show: called with each piece of text; None prints it.

    Returns:
        The output of each statement, by its source.

    Raises:
        DataError, CheckpointError: the images or the networks can't be read.
        GeneratorError: the discriminator reads no generated image as its label.
    """
    # Keep sys.stdout, which doctest replaces while it runs an example.
    prompt = _Prompt(show or functools.partial(print, file=sys.stdout))
    names = {"data_dir": data_dir, "output": Path(output), "seed": seed}
    before = {name: (spec, s.doc(name)) for name, spec in s.registry().items() if name.startswith("mnist/")}
    try:
        prompt.go_through(TEXT.read_text(encoding="utf-8"), names)
    finally:
        # The post defines its specs without `input=`; restore the specs of model_specs.
        for name, (spec, doc) in before.items():
            s.def_(name, spec, doc=doc)
    return prompt.answers


class _Prompt(doctest.DocTestRunner):
    """A doctest runner that shows headings, statements and outputs like a prompt.

    It accepts outputs that differ from the text, since they depend on networks, data and seeds.
    """

    def __init__(self, show: Callable[[str], object]) -> None:
        super().__init__(verbose=False)
        self.answers: dict[str, str] = {}
        self._show = show
        self._headings: dict[int, str] = {}  # by the line of the example that follows

    def go_through(self, text: str, names: dict[str, Any]) -> None:
        """Run the examples of a text in a namespace."""
        heading = ""
        for piece in doctest.DocTestParser().parse(text, TEXT.name):
            if isinstance(piece, doctest.Example):
                self._headings[piece.lineno], heading = heading, ""
            elif match := _HEADING.search(piece):
                heading = match[1]
        examples = doctest.DocTestParser().get_doctest(text, names, TEXT.name, str(TEXT), 0)
        self.run(examples)

    def report_start(self, out: Any, test: doctest.DocTest, example: doctest.Example) -> None:
        if heading := self._headings[example.lineno]:
            self._show(f"\n# {heading}")
        self._show(">>> " + example.source.rstrip("\n").replace("\n", "\n... "))

    def report_success(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        answer = self.answers[example.source.rstrip("\n")] = got.rstrip("\n")
        if answer:
            self._show(answer)

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self.report_success(out, test, example, got)

    def report_unexpected_exception(
        self, out: Any, test: doctest.DocTest, example: doctest.Example, exc_info: Any
    ) -> None:
        raise exc_info[1]
