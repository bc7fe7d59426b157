"""Random pydantic models, and edits of them: what pydantic says beside mxspec.

    $ python -m tests.mxspec.transform.annotations.models_beside_pydantic 1 100

asks about 100 models of the seed 1, and prints what is wrong.
"""

import collections
import functools
import sys
import warnings
from typing import Any

import pydantic

import mxspec as s
from mxspec.base import names
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.wire import wire
from tests.amounts import amount
from tests.mxspec.changes.model_edits import edit_anyhow
from tests.mxspec.random_models import Builder, Part, Random, model, safe_value


def keys_of_models(description: Part) -> collections.Counter[frozenset[str]]:
    """Return the keys that each model in a description lists, and how often the same ones."""
    several: collections.Counter[frozenset[str]] = collections.Counter()
    for each in description.models():
        fields = [field.options for field in each.parts]
        keys = [own["name"] for own in fields if each.options["populate_by_name"] or "alias" not in own]
        several[frozenset([*keys, *(own["alias"] for own in fields if "alias" in own)])] += 1
    return several


adapter_of = functools.lru_cache(maxsize=8)(pydantic.TypeAdapter)


def owner_accepts(tp: Any, x: Any) -> bool:
    """True if pydantic accepts a value, by `model_validate` or what does the same."""
    try:
        adapter_of(tp).validate_python(x)
    except pydantic.ValidationError:
        return False
    except (TypeError, AttributeError, ArithmeticError, ValueError):  # a validator can't be asked about x
        return False
    return True


class Tally(collections.Counter[str]):
    """How often something was so, and what was wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[tuple[Any, ...]] = []

    def count_wrong(self, what: str, *facts: Any) -> None:
        """Count what was wrong, with the facts of it; the first of them say how to repeat it."""
        self[what] += 1
        self.wrong.append((what, *facts))


def ask_about_models(
    seed: int, models: int, *, values: int = 12, edits: int = 4, share: float = 0.1
) -> Tally:
    """Ask mxspec and pydantic about random models, values for them and edits of them.

    Args:
        seed, models: each model is drawn from the seed and its number.
        values: how many values a model is asked about, besides those of its generator.
        edits: how many edits of a model are to be proved harmless.
        share: the share of models with examples, and of edits that are tried where they are not proved.
    """
    tally = Tally()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(models):
            case = Case(f"{seed}/{i}", tally)
            if case.cls is not None:
                case.ask_about_values(values, is_sampled=case.r.chance(share))
                for _ in range(edits):
                    case.ask_about_edit(is_tried=case.r.chance(share))
    return tally


class Case:
    """A random model, and what is asked about it.

    Attributes:
        cls: the model, or None if pydantic or mxspec refuses it.
    """

    def __init__(self, name: str, tally: Tally) -> None:
        self.r, self.name, self.tally = Random(name), name, tally
        self.builder = Builder()
        self.description = model(self.r)
        self.values: list[Any] = []
        self.cls = self._class(self.description)
        tally["models"] += self.cls is not None

    def _class(self, description: Part) -> Any:
        try:
            cls = self.builder.type_of(description)
            pydantic.TypeAdapter(cls).rebuild(raise_errors=True)
            wire(cls)
        except s.SpecDefinitionError:
            self.tally["no spec"] += 1
        except (TypeError, pydantic.PydanticUserError):  # as of a tag that a validator decides on
            self.tally["no model"] += 1
        else:
            return cls
        return None

    def _count_wrong(self, what: str, *facts: Any) -> None:
        """Count what was wrong; a model is the name of its class in the source."""
        facts = tuple(self.builder.text(x) if isinstance(x, Part) else x for x in facts)
        self.tally.count_wrong(what, self.name, self.builder.source, *facts)

    def ask_about_values(self, number: int, *, is_sampled: bool) -> None:
        specs = {"payload": wire(self.cls), "instance": s.from_type(self.cls)}
        self.values = [safe_value(self.r, self.description) for _ in range(number)]
        try:
            self.values += s.sample(specs["payload"], 3, seed=1) if is_sampled else []
            self.tally["sampled"] += is_sampled
        except s.GeneratorError:
            self.tally["no generator"] += 1
        taken = [x for x in self.values if owner_accepts(self.cls, x)]
        for x in [*self.values, *map(adapter_of(self.cls).validate_python, taken)]:
            accepted = owner_accepts(self.cls, x)
            self.tally["accepted" if accepted else "refused"] += 1
            for what, spec in specs.items():
                valid = s.valid(spec, x)
                self.tally[f"valid {what}"] += valid
                if valid and not accepted:
                    self._count_wrong("wrong valid", what, self.description, x)
                if valid is not (s.explain_data(spec, x) is None):
                    self._count_wrong("explained otherwise", what, self.description, x)

    def ask_about_edit(self, *, is_tried: bool) -> None:
        edited = edit_anyhow(self.r, self.description)
        new = self._class(edited)
        if new is None:
            return
        if is_covered(*(Version(wire(cls), names.current) for cls in (self.cls, new))):
            self.tally["proved"] += 1
            self._look_for_a_witness(new, edited)
        elif is_tried:
            self._try(new, edited)

    def _look_for_a_witness(self, new: Any, edited: Part) -> None:
        sent = [*self.values, *(safe_value(self.r, self.description) for _ in range(60))]
        if keys_of_models(edited) <= keys_of_models(self.description):  # nobody sends a key that is new
            sent += [safe_value(self.r, edited) for _ in range(60)]
        for x in sent:
            if owner_accepts(self.cls, x) and not owner_accepts(new, x):
                self._count_wrong("wrong proved", self.description, edited, x)
                break

    def _try(self, new: Any, edited: Part) -> None:
        answer = s.check_compatible(self.cls, new, num_tests=10, seed=1)
        self.tally[answer.verdict] += 1
        x = answer.witness
        if answer.verdict == "broken" and (not owner_accepts(self.cls, x) or owner_accepts(new, x)):
            self._count_wrong("wrong broken", self.description, edited, x)


if __name__ == "__main__":
    tally = ask_about_models(int(sys.argv[1]), amount(int(sys.argv[2]), 10))
    for wrong in tally.wrong:
        print(*wrong, sep="\n    ")
    print(dict(tally))
