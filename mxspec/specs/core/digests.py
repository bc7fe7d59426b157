"""A digest of a spec with all that it leads to, which tells two versions of it apart in any process.

`keys(req=["shop/n"])` has the same text before and after "shop/n" is registered again, but another digest.
The digest covers the text of each part, and the meaning of names. A function counts by its name and a lambda
by its source: a change inside a named function is not seen.
"""

from __future__ import annotations

import functools
import hashlib
import re
from typing import Final

from mxspec.base.values import repr_of
from mxspec.errors import SpecError
from mxspec.specs.core.spec import Reference, Spec

_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")  # it differs from process to process


@functools.singledispatch
def content_text(spec: Spec) -> str:
    """Return what the verdicts of a spec depend on beside its parts; a kind adds what its repr lacks."""
    return repr_of(spec)


def spec_digest(spec: Spec) -> str:
    """Return the digest of a spec, the same in every process.

    Example:
        >>> import mxspec as s
        >>> a, b, c = (spec_digest(s.keys(req_un={"n": s.int_in(0, n)})) for n in (9, 9, 10))
        >>> a == b, a == c
        (True, False)
    """
    names = set()
    while isinstance(spec, Reference) and spec.to not in names and (parts := spec.parts()):
        names.add(spec.to)
        spec = parts[0].spec  # a spec and its name are one
    texts: set[str] = set()  # a set, since parts may be shared here, and copies elsewhere
    seen: set[int] = set()
    waiting = [spec]
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        try:
            parts = part.parts()
        except SpecError as error:  # of an annotation that can't be read
            texts.add(str(error))
            continue
        waiting += [each.spec for each in parts]
        if not isinstance(part, Reference):
            texts.add(" ".join([content_text(part), *(repr_of(each.at) for each in parts)]))
        elif parts:
            texts.add(f"{part.to} = {content_text(parts[0].spec)}")
    text = "\n".join([content_text(spec), *sorted(texts)])
    return hashlib.sha256(_ADDRESS.sub("", text).encode("utf-8", "replace")).hexdigest()[:16]
