"""Edits of random classes of attrs, msgspec and dataclasses: what is said of a change, beside their owners.

    $ python -m tests.mxspec.transform.annotations.edited_classes 1 100

edits 100 classes of each library, and prints what is wrong: a change that is proved although the new version
refuses a value that the old one reads, and a witness that does not tell the two apart. msgspec reads values
by `convert`; the classes of attrs and dataclasses are called, and the types of their fields are judged as in
random_classes.
"""

import collections
import datetime
import sys
import uuid
import warnings
from typing import Any

import msgspec

import mxspec as s
from mxspec.base import names
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.wire import wire
from tests.amounts import amount
from tests.mxspec.changes.model_edits import edit_anyhow
from tests.mxspec.random_models import Part
from tests.mxspec.transform.annotations.models_beside_pydantic import Tally
from tests.mxspec.transform.annotations.random_classes import KINDS, Cases, fields_of, is_class

CONVERTED = {
    "dataclass": {"decimal", "enum"},
    "attrs": {"decimal", "enum"},
    "msgspec": {"decimal", "enum", "set", "datetime"},
}
"""Kinds that are left out: what is sent has Python's types, and owners convert. An int is read as a Decimal,
a text as a member of an enum, and by msgspec a set as a list, and no datetime as a date.
"""
KEPT = (bytes, datetime.datetime, datetime.date, datetime.time, datetime.timedelta, uuid.UUID)


def keys_of(description: Part) -> collections.Counter[Any]:
    """Return what says the keys of each class in a description, and how often it says the same."""
    return collections.Counter(
        (frozenset(fields_of(each)), each.options["populate_by_name"], each.options["strict"])
        for each in description.models()
    )


class Edits(Cases):
    """A random class of a library, with edits of it."""

    def ask_about_edit(self, *, is_tried: bool) -> None:
        edited = edit_anyhow(self.r, self.description)
        kinds = {part.kind for part in (*edited.walk(), *self.description.walk())}
        if not is_class(edited, self.kind) or not CONVERTED[self.kind].isdisjoint(kinds):
            return
        try:
            new = self.builder.type_of(edited)
            old_sent, new_sent = wire(self.cls), wire(new)
            if self.kind == "msgspec":
                msgspec.json.Decoder(new)
        except Exception:  # its library or mxspec has no such class
            self.tally["no class"] += 1
            return
        facts = self.kind, self.name, self.description, edited
        if is_covered(Version(old_sent, names.current), Version(new_sent, names.current)):
            self.tally["proved"] += 1
            has_no_more = keys_of(edited) <= keys_of(self.description)  # nobody sends a key that is new
            senders = [self.description, edited if has_no_more else self.description]
            for x in [self.sent(each) for each in senders for _ in range(40)]:
                if self.reads(self.cls, x) and not self.reads(new, x):
                    self.tally.count_wrong("wrong proved", *facts, x)
                    break
        elif is_tried:
            answer = s.check_compatible(self.cls, new, num_tests=10, seed=1)
            self.tally[answer.verdict] += 1
            x = answer.witness
            if answer.verdict == "broken" and (not self.reads(self.cls, x) or self.reads(new, x)):
                self.tally.count_wrong("wrong broken", *facts, x)

    def sent(self, description: Part) -> Any:
        """Return what a sender may send for a class: some of its fields, seldom with a part changed."""
        cls = self.builder.type_of(description)
        cls, fields = getattr(cls, "__origin__", cls), fields_of(description)
        keys = {name: name for name in fields}
        config = getattr(cls, "__struct_config__", None)
        if config is not None:
            keys = dict(zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True))
        x = {
            key: self.sent_for(fields[name].parts[0])
            for name, key in keys.items()
            if fields[name].is_required or self.r.chance(0.6)
        }
        if config is not None and config.tag_field and (config.array_like or self.r.chance(0.8)):
            x = {config.tag_field: config.tag, **x}
        whole = [*x.values()] if config is not None and config.array_like else x
        return self.changed(whole) if self.r.chance(0.2) else whole

    def sent_for(self, part: Part) -> Any:
        if part.kind == "model":
            return self.sent(part)
        try:
            held = self.held(part)
            if self.kind == "msgspec":
                return msgspec.to_builtins(held, builtin_types=KEPT)
            return s.encode(self.builder.type_of(part), held)
        except Exception:  # a value without JSON
            return None

    def reads(self, tp: Any, x: Any) -> bool:
        """True if a class reads what is sent."""
        if self.kind == "msgspec":
            try:
                msgspec.convert(x, tp, builtin_types=KEPT)
            except (msgspec.ValidationError, ValueError):
                return False
            return True
        read = s.decode(tp, x)
        cls = getattr(tp, "__origin__", tp)
        return isinstance(read, cls) and s.valid(tp, read) and self.verdict(read) is not False


def ask_about_edits(seed: int, classes: int, *, edits: int = 4, share: float = 0.2) -> Tally:
    """Ask mxspec about edits of random classes of each library.

    Args:
        seed, classes: each class is drawn from the seed and its number.
        edits: how many edits of a class are to be proved harmless.
        share: the share of edits that are tried where they are not proved.
    """
    tally = Tally()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in KINDS:
            for i in range(classes):
                cases = Edits(kind, f"{seed}/{i}", tally)
                for _ in range(edits * (cases.cls is not None)):
                    cases.ask_about_edit(is_tried=cases.r.chance(share))
    return tally


if __name__ == "__main__":
    tally = ask_about_edits(int(sys.argv[1]), amount(int(sys.argv[2]), 5))
    for wrong in tally.wrong:
        print(*wrong, sep="\n    ")
    print(dict(tally))
