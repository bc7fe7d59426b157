"""Sequence regexes. `combinators` says what each kind means, by derivatives; `matching` follows these through a
sequence, for conform and for explain; `loops` compiles those in which one element tells the way on.
"""
