"""The names of mxspec, by the module where each lives; all of them are names of mxspec too."""

PLACES = {
    "mxspec": """
        INVALID __version__ conform def_ explain explain_json gen sample valid validate
    """,
    "mxspec.promises": """
        Acceptance ConformalThreshold LabelThresholds Power Promise Standing accept check_promise
        conformal mostly promise
    """,
    "mxspec.models": """
        Boundary Reading batched def_model_spec find_boundary from_examples model_spec remember show
        standard_normal
    """,
    "mxspec.errors": """
        CallError CheckError EncodeError GeneratorError PromiseError SpecAssertionError
        SpecDefinitionError SpecError UnformError UnknownSpecError ValidationError
    """,
    "mxspec.near": """
        check_guard near_misses untouched
    """,
    "mxspec.functions": """
        CheckResult CheckResults check fdef fspec instrument unstrument with_instrument_disabled
    """,
    "mxspec.changes": """
        Compatibility check_compatible check_equivalent
    """,
    "mxspec.inference": """
        Profile contract infer power profile sketch
    """,
    "mxspec.specs": """
        Spec Valid alt and_ array cat coll_of compiled_source conformer float_in from_type inst_in
        int_in keys map_of maybe merge multi_spec nilable nonconforming optional optional_keys or_ plus
        predicate_row range_of record_of required_keys select spec star str_in tuple_ with_message
        without
    """,
    "mxspec.clojure": """
        abbrev_result amp and_keys assert_ check_asserts check_fn checkable_fns describe doc every
        every_kv exercise exercise_fn explain_data explain_printer explain_str fmap form from_form
        generate get_spec instrumentable_fns is_check_asserts is_invalid is_regex is_spec keys_star
        or_keys registry set_explain_printer such_that summarize_results unform with_gen
    """,
    "mxspec.transform": """
        decode encode from_json_schema json_schema source
    """,
    "mxspec.frames": """
        flag frame split
    """,
    "mxspec.predicates": """
        is_any is_associative is_bool is_bytes is_callable is_char is_coll is_decimal is_dict is_empty
        is_even is_false is_float is_ident is_indexed is_infinite is_inst is_inst_in_range is_int
        is_int_in_range is_list is_nan is_nat_int is_neg is_neg_int is_none is_number is_odd is_pos
        is_pos_int is_qualified_ident is_ratio is_rational is_seqable is_sequential is_set
        is_simple_ident is_some is_str is_true is_tuple is_uri is_uuid is_zero
    """,
}

NAMES = {name: module for module, names in PLACES.items() for name in names.split()}
"""The module of each name."""
