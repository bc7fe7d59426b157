"""The post "Integrating Deep Learning with clojure.spec" (Carin Meier, 2019), run from top to bottom.

Its statements are in `post.rst`, a doctest file that is both the text and the program.
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
    """Run the post and show each statement and its answer.

    Args:
        data_dir: the folder of the idx files, as `idx.load` takes it.
        output: the folder for the pictures.
        seed: makes the samples repeatable.
        show: called with each piece of text; None prints it.

    Returns:
        The output of each statement at a prompt, by its source.

    Raises:
        DataError, CheckpointError: the images or the networks can't be read.
        GeneratorError: the networks read no generated image as its label.
    """
    # While doctest runs an example, sys.stdout collects the output.
    prompt = _Prompt(show or functools.partial(print, file=sys.stdout))
    names = {"data_dir": data_dir, "output": Path(output), "seed": seed}
    before = {name: spec for name, spec in s.registry().items() if name.startswith("mnist/")}
    try:
        prompt.go_through(TEXT.read_text(encoding="utf-8"), names)
    finally:
        # The post defines its specs without `input=`; restore those of model_specs.
        for name, spec in before.items():
            s.def_(name, spec)
    return prompt.answers


class _Prompt(doctest.DocTestRunner):
    """A doctest runner that shows headings, statements and answers, as a prompt does.

    An output that differs from the text is shown too: other networks, data and seeds give other outputs.
    """

    def __init__(self, show: Callable[[str], object]) -> None:
        super().__init__(verbose=False)
        self.answers: dict[str, str] = {}
        self._show = show
        self._headings: dict[int, str] = {}  # by the line of the example that follows

    def go_through(self, text: str, names: dict[str, Any]) -> None:
        """Run the examples in a text, in a namespace of these names."""
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
