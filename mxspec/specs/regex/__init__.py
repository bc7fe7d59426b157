"""Sequence regexes: cat, alt, star, plus, maybe, amp and keys_star.

Read the three files in this order:

- `combinators` defines the kinds of regexes. Each kind has one class with its derivative, its strategy and
  its code.
- `matching` runs for every sequence that no compiled function handles. It follows the derivatives through the
  sequence, for conform and for explain, and merges the ways of an ambiguous regex.
- `loops` runs when a spec is compiled. It writes straight code for deterministic regexes and raises
  AmbiguousRegex for the others, which `matching` then handles.
"""
