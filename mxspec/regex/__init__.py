"""Sequence regexes.

`combinators` says what each kind means, by derivatives. `matching` follows these through a sequence, for
conform and for explain. `loops` compiles the regexes in which each element tells the way on.
"""
