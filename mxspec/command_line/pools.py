"""The pool of a contract: the sketch of its rows, in a file beside it, that the next rows are added to.

    contract.py       states pool='9f86d081...', the digest of the pool
    contract.py.pool  the sketch: counts, ends, and up to 20,000 rows, to look for an order in

Its size is bounded, however many rows it stands for: of more than 20,000 rows it has 1,000, and of more than
a million values without a repeat it forgets that none repeats. It is a pickle, which may run code as the
contract may; it is read only if the contract has its digest.
"""

import hashlib
import pickle
from pathlib import Path
from typing import Any, Final, NamedTuple

import mxspec as s
from mxspec.base.files import content_of, replace_file
from mxspec.inference.sketch import Sketch

MOST_DIGESTS_KEPT: Final = 1_000_000
_BYTES: Final = 8  # of a digest
_PROTOCOL: Final = 5


class Pool(NamedTuple):
    """The content of a pool, and its digest."""

    content: bytes
    digest: str

    @classmethod
    def of(cls, sketch: Sketch) -> "Pool":
        """Return the pool of a sketch."""
        apart = sketch.apart
        if sum(len(each or b"") for each in apart.values()) > _BYTES * MOST_DIGESTS_KEPT:
            apart = dict.fromkeys(apart)
        parts = (sketch.eighths, sketch.kept, sketch.spans, apart)
        content = pickle.dumps((s.__version__, parts), _PROTOCOL)
        return cls(content, hashlib.sha256(content).hexdigest()[:32])

    def write(self, contract: Path) -> None:
        """Write the pool beside its contract."""
        replace_file(pool_file(contract), lambda path: path.write_bytes(self.content))


def pool_file(contract: Path) -> Path:
    """Return the file of the pool of a contract."""
    return contract.with_name(f"{contract.name}.pool")


def read_pool(contract: Path, digest: str) -> Sketch | None:
    """Return the sketch in the pool of a contract; None if there is no pool.

    Args:
        contract: the file of the contract.
        digest: the digest that it states, "" for no pool.

    Raises:
        SpecError: the file is the pool of a different contract or version of mxspec.
    """
    content = content_of(pool_file(contract)) if digest else None
    if content is None:
        return None
    name = pool_file(contract)
    hint = f"remove it to make the next contract of the new rows alone, or infer {contract} anew"
    if not isinstance(content, bytes) or hashlib.sha256(content).hexdigest()[:32] != digest:
        raise s.SpecError(f"{name} is not the pool of this contract, which states {digest[:8]}...; {hint}")
    version, parts = _unpickle(content)
    if version != s.__version__:
        raise s.SpecError(f"{name} is a pool of mxspec {version}, and this is {s.__version__}; {hint}")
    eighths, kept, spans, apart = parts
    return Sketch(eighths, kept, spans, None, apart)


def _unpickle(content: bytes) -> Any:
    try:
        return pickle.loads(content)
    except Exception:  # of a version with other classes
        return "of another version", ()
