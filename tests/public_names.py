"""The names of mxspec, by the module where each lives, from the `__all__` of the subjects and of mxspec.

docs/api.md lists them too, and a test compares it: a name that goes or comes is seen there.
"""

import mxspec
from docs.reference.write import subjects

SUBJECTS = {module.__name__: module for module in subjects(mxspec)}

NAMES = {
    name: module.__name__ for module in (mxspec, *reversed(SUBJECTS.values())) for name in module.__all__
}
"""The module of each name; of a name in several subjects the one that `help(mxspec)` lists first."""
