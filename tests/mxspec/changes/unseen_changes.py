"""Files of specs with answers that change though the source of their specs does not.

A case is the text of a contract, and where its MAX comes from: the text of the module `other`, or of a file
of data, before and after.
"""

HEAD = "import json\nfrom pathlib import Path\nimport mxspec as s\nhere = Path(__file__).parent\n"
LESS = "s.def_('shop/n', s.and_(int, lambda x: x < MAX))\n"

DATA = {
    "a JSON file": ("MAX = json.loads((here / 'data.txt').read_text())", "10", "5"),
    "a JSON file in the working folder": ("MAX = json.load(open('data.txt'))", "10", "5"),
    "a pickle": ("import pickle\nMAX = pickle.loads((here / 'data.txt').read_bytes())", "I10\n.", "I5\n."),
    "code that is run": ("MAX = eval((here / 'data.txt').read_text())", "10", "5"),
    "code that defines a function": (
        "exec((here / 'data.txt').read_text())\nMAX = limit()",
        "def limit():\n    return 10",
        "def limit():\n    return 5",
    ),
    "a resource of a package": (
        "from importlib import resources\nMAX = int((resources.files('shop') / '../data.txt').read_text())",
        "10",
        "5",
    ),
}

# Contracts without LESS, whose data are used in other ways.
READING = {
    "a compiled pattern": (
        "import re\ns.def_('shop/n', re.compile((here / 'data.txt').read_text()).fullmatch)"
    ),
    "a pattern inside an object": """
import re
class Code:
    def __init__(self, pattern):
        self.pattern = re.compile(pattern)
    def __call__(self, x):
        return bool(self.pattern.fullmatch(x))
s.def_('shop/n', s.and_(str, Code((here / 'data.txt').read_text())))
""",
    "a file that is read when it is asked": (
        "s.def_('shop/n', s.and_(str, lambda x: x in open('data.txt').read()))"
    ),
    "a path that is read when it is asked": (
        "s.def_('shop/n', s.and_(str, lambda x: x in Path('data.txt').read_text()))"
    ),
    "a path that is kept": (
        "WORDS = Path('data.txt')\ns.def_('shop/n', s.and_(str, lambda x: x in WORDS.read_text()))"
    ),
}

# The contract, and the module other; LIMIT in it is 10, then 5.
MODULES = {
    "an attribute of a function": """
from other import MAX
def ok(x):
    return x < ok.limit
ok.limit = MAX
s.def_('shop/n', s.and_(int, ok))
""",
    "a method set after the class": """
import dataclasses
from other import MAX
@dataclasses.dataclass
class Order:
    n: int
    def __post_init__(self):
        self.check()
def check(self):
    if self.n >= MAX:
        raise ValueError
Order.check = check
s.def_('shop/n', s.coll_of(Order))
""",
    "a name that is computed": """
from other import MAX
s.def_('p/a', s.int_in(0, MAX))
s.def_('shop/n', s.and_(int, lambda x: all(s.valid(f"p/{k}", x) for k in "a")))
""",
    "a name that is added up": """
from other import MAX
s.def_('p/a', int)
s.def_('p/ab', s.int_in(0, MAX))
s.def_('shop/n', s.and_(int, lambda x: s.valid("p/a" + "bb"[x > 9], x)))
""",
    "a closure": """
from other import MAX
def below(n):
    return lambda x: x < n
s.def_('shop/n', s.and_(int, below(MAX)))
""",
    "the state of a partial": """
import functools, operator
from other import MAX
s.def_('shop/n', s.and_(int, functools.partial(operator.gt, MAX)))
""",
    "a default that is set later": """
from other import MAX
def ok(x, n=0):
    return x < n
ok.__defaults__ = (MAX,)
s.def_('shop/n', s.and_(int, lambda x: ok(x)))
""",
    "a module by a computed name": """
import other
s.def_('shop/n', s.and_(int, lambda x: x < getattr(other, 'M' + 'AX')))
""",
    "a late import": """
def ok(x):
    import other
    return x < other.MAX
s.def_('shop/n', s.and_(int, ok))
""",
    "a dict inside a module": """
import other
s.def_('shop/n', s.and_(int, lambda x: x < other.LIMITS['most']))
""",
    "a validator of a model": """
import pydantic
from other import MAX
class Order(pydantic.BaseModel):
    n: int
    @pydantic.field_validator('n')
    @classmethod
    def check(cls, n):
        assert n < MAX
        return n
s.def_('shop/n', Order)
""",
    "the base of a class": """
import dataclasses
from other import Base
@dataclasses.dataclass
class Order(Base):
    n: int
s.def_('shop/n', Order)
""",
    "a metaclass": """
from other import Kind
class Small(metaclass=Kind):
    pass
s.def_('shop/n', s.and_(int, lambda x: isinstance(x, Small)))
""",
    "a class that was registered": """
import abc, other
class Small(abc.ABC):
    pass
Small.register(other.Number)
s.def_('shop/n', s.and_(lambda x: isinstance(x, Small), s.is_any))
""",
    "the name of a class in a text": """
import dataclasses
from other import Number
@dataclasses.dataclass
class Order:
    n: 'list[Number]'
s.def_('shop/n', Order)
""",
    "an attribute of a class, set in another module": """
class Limit:
    most = 0
import other
other.put(Limit)
s.def_('shop/n', s.and_(int, lambda x: x < Limit.most))
""",
    "an installed module that is changed": """
import colorsys, other
s.def_('shop/n', s.and_(int, lambda x: x < colorsys.LIMIT))
""",
    "a class of an installed module that is changed": """
import colorsys, fractions, other
s.def_('shop/n', s.and_(int, lambda x: x < fractions.Fraction.most))
""",
    "a variable of the environment that is set": """
import os, other
s.def_('shop/n', s.and_(int, lambda x: x < int(os.environ['LIMIT'])))
""",
}

OTHER = """
import colorsys, fractions, os
MAX = {0}
LIMITS = {{'most': {0}}}
Number = int if MAX == 10 else str
class Base:
    def __post_init__(self):
        assert self.n < MAX
class Kind(type):
    def __instancecheck__(cls, x):
        return x < MAX
def put(cls):
    cls.most = MAX
colorsys.LIMIT = fractions.Fraction.most = MAX
os.environ['LIMIT'] = str(MAX)
"""


def unseen_changes():
    """Return the files of each case, and those that change, by its name."""
    cases = {}
    for name, (text, before, after) in DATA.items():
        cases[name] = {"contract.py": f"{HEAD}{text}\n{LESS}", "data.txt": before}, {"data.txt": after}
    for name, text in READING.items():
        cases[name] = {"contract.py": HEAD + text, "data.txt": "[ab]+"}, {"data.txt": "[b]+"}
    for name, text in MODULES.items():
        files = {"contract.py": HEAD + text, "other.py": OTHER.format(10)}
        cases[name] = files, {"other.py": OTHER.format(5)}
    return {name: ({"shop/__init__.py": "", **files}, changes) for name, (files, changes) in cases.items()}
