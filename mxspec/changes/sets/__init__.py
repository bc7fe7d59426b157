"""Sets of values, and the difference between two of them.

int_in(0, 101) less int_in(0, 51) leaves the ints from 51 to 100, and these less int_in(50, 200) leave
nothing. So the branches of a union cover together what none of them covers alone.

A spec becomes an expression of sets (`spec_sets`, `predicate_sets`, `json_sets`, `core_schema_sets`): unions,
intersections and complements of cells. A cell has values of one sort, such as ints of a range
(`scalar_sets`), lists (`list_sets`), other sequences (`sequence_sets`) or maps (`map_sets`). `differences`
takes cells apart by other cells, `implications` knows what follows where no cell can express it, and
`mxspec.changes.proof` answers for two versions of a spec.
"""
