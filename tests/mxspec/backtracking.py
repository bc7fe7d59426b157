"""A matcher that backtracks as `re` does, and counts its steps."""

import re
import re._constants
import re._parser


class Backtracking:
    """One text, read in every way that a pattern has.

    Attributes:
        text: the text.
        steps: the number of letters read so far, each as often as it was, and of tries to end.
    """

    def __init__(self, text):
        self.text = text
        self.steps = 0
        self._groups = {}

    def fullmatch(self, pattern):
        """True if the whole text matches; all ways are tried, as in a text that fails at its end."""
        ends = [*self._sequence(re._parser.parse(pattern, re.ASCII).data, 0)]
        self.steps += len(ends)
        return len(self.text) in ends

    def _sequence(self, nodes, i):
        if not nodes:
            yield i
            return
        for j in self._node(*nodes[0], i):
            yield from self._sequence(nodes[1:], j)

    def _node(self, op, argument, i):
        match str(op):
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                if i < len(self.text) and self._is_letter(str(op), argument, self.text[i]):
                    self.steps += 1
                    yield i + 1
            case "SUBPATTERN":
                for j in self._sequence(argument[3].data, i):
                    self._groups[argument[0]] = self.text[i:j]
                    yield j
            case "BRANCH":
                for branch in argument[1]:
                    yield from self._sequence(branch.data, i)
            case "MAX_REPEAT" | "MIN_REPEAT":
                yield from self._turns(*argument, i, is_lazy=op is re._constants.MIN_REPEAT)
            case "POSSESSIVE_REPEAT":
                yield from [*self._turns(*argument, i)][:1]
            case "ATOMIC_GROUP":
                yield from [*self._sequence(argument.data, i)][:1]
            case "ASSERT":
                yield from [i] * ([*self._sequence(argument[1].data, i)] != [])
            case "ASSERT_NOT":
                yield from [i] * ([*self._sequence(argument[1].data, i)] == [])
            case "GROUPREF":
                group = self._groups.get(argument)
                if group is not None and self.text.startswith(group, i):
                    self.steps += len(group)
                    yield i + len(group)
            case "AT":
                holds = {"AT_BEGINNING": i == 0, "AT_END": i == len(self.text)}[str(argument)]
                yield from [i] * holds
            case _:
                raise NotImplementedError(op)

    def _turns(self, least, most, inner, i, count=0, last=None, is_lazy=False):
        """Yield the ends of the turns of a repetition; an empty turn ends it."""
        if count < least:
            for j in self._sequence(inner.data, i):
                yield from self._turns(least, most, inner, j, count + 1, last, is_lazy)
            return
        if is_lazy:
            yield i
        if (most is re._constants.MAXREPEAT or count < most) and i != last:
            for j in self._sequence(inner.data, i):
                yield from self._turns(least, most, inner, j, count + 1, i, is_lazy)
        if not is_lazy:
            yield i

    def _is_letter(self, op, argument, letter):
        match op:
            case "LITERAL":
                return ord(letter) == argument
            case "NOT_LITERAL":
                return ord(letter) != argument
            case "ANY":
                return letter != "\n"
        negates = str(argument[0][0]) == "NEGATE"
        return negates != any(self._is_in(str(kind), value, letter) for kind, value in argument[negates:])

    def _is_in(self, kind, value, letter):
        match kind:
            case "LITERAL":
                return ord(letter) == value
            case "RANGE":
                return value[0] <= ord(letter) <= value[1]
        classes = {"CATEGORY_DIGIT": r"\d", "CATEGORY_WORD": r"\w", "CATEGORY_SPACE": r"\s"}
        return re.match(classes[str(value)], letter, re.ASCII) is not None
