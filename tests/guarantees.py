"""The guarantees of the project, each with the tests that hold it.

    $ python -m tests.guarantees

writes docs/guarantees.md from this table; tests/test_guarantees.py compares the two.
"""

from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "guarantees.md"

# A guarantee, and the tests that hold it, under tests/.
GUARANTEES = {
    "Specs": {
        "Answers are those of the real clojure.spec in 2,175 cases, 5,942 random ones, and every case"
        " that ever differed; where clojure.spec is wrong, the difference is listed.": [
            "conformance/test_cases.py",
            "conformance/test_fn_cases.py",
            "conformance/test_gen_facts.py",
        ],
        "Any value and any spec get an answer, or a SpecError and no other exception. Nothing hangs: a"
        " search ends after as many steps on any machine. No code runs that stands in a spec's text, or in"
        " the repr of a key, a tag or a number.": [
            "mxspec/test_any_input.py",
            "mxspec/test_hostile.py",
            "mxspec/test_texts_that_run.py",
            "mxspec/test_work.py",
            "fuzz/test_examples.py",
            "mxspec/base/strategies/test_sampling.py",
        ],
        "100 levels of anything and 300 of plain collections are followed; a deeper value, or one that"
        " contains itself, is a SpecError.": [
            "mxspec/specs/core/test_levels.py",
            "mxspec/transform/annotations/test_depth.py",
        ],
        "A regex of a sequence answers as a parser that backtracks, within [bounded steps](limits.md), or"
        " a SpecError names the ambiguous part.": [
            "mxspec/specs/regex/test_matching.py",
            "mxspec/specs/regex/test_reference_regex.py",
        ],
        "No pattern of `str_in` or of a document takes exponential time: it is an error when the spec is"
        " made, and a text too long for a slow one is an error that names the limit. A compiled pattern"
        " used as a predicate is not bounded.": [
            "mxspec/base/test_patterns.py",
            "mxspec/test_pattern_doors.py",
        ],
        "`unform` leads back from what `conform` returned, wherever each conformer has an inverse and no"
        " collection conforms into another kind, [as in clojure](clojure.md#differences).": [
            "mxspec/test_laws.py",
        ],
        "Any number of threads get the answers that one gets, also while names are redefined. A child"
        " forked meanwhile starts with free locks.": [
            "mxspec/questions/test_threads.py",
            "mxspec/base/test_forks.py",
        ],
        "`decode` leads back from what `encode` wrote, to values of the same types; what would be lost is"
        " an error. No JSON makes `decode` raise anything but a SpecError.": [
            "mxspec/transform/test_decode.py",
        ],
        "Every spec pickles to one that answers alike, with cloudpickle if it holds a lambda or a"
        " closure; also when files of mxspec have moved since.": [
            "mxspec/specs/core/test_pickling.py",
            "mxspec/specs/core/test_old_pickles.py",
        ],
    },
    "Changes": {
        "A change called proved breaks nothing: no value that one version accepts is refused by the"
        " other. One called broken comes with a value that shows it.": [
            "mxspec/changes/test_proofs.py",
            "mxspec/changes/test_facts.py",
            "mxspec/base/test_predicate_rows.py",
            "mxspec/changes/test_inclusion.py",
            "mxspec/changes/test_search.py",
            "mxspec/transform/schemas/test_avro.py",
        ],
        "A spec that is split into a union is decided, one way or the other. Of two functions, every"
        " small call that breaks is found.": [
            "mxspec/changes/test_sets.py",
            "mxspec/changes/test_calls.py",
        ],
        "Two versions of a file run with their own modules. A change that the source does not show, as of"
        " a data file, is not called the same.": [
            "mxspec/changes/test_trees.py",
            "mxspec/changes/test_versions.py",
            "mxspec/changes/test_unseen_changes.py",
        ],
        "A document of somebody else is read in bounded steps, and compared within a clock that the"
        " answer names. YAML means what the same document in JSON means.": [
            "mxspec/specs/core/test_budget.py",
            "mxspec/changes/documents/test_yaml.py",
            "mxspec/changes/documents/test_hostile_documents.py",
        ],
    },
    "Data": {
        "A contract accepts its own rows and draws valid ones; sketches of parts add up to that of all"
        " rows; the file that `source` writes makes an equal contract.": [
            "mxspec/inference/test_contract_laws.py",
        ],
        "A contract of calls accepts them all, and refuses the arguments of another tool, if a string"
        " beside or above the arguments names the tool.": [
            "mxspec/inference/test_tagged_rows.py",
        ],
        "An inferred contract refuses at most the share of rows that it promises, with the stated"
        " confidence, whatever the distribution.": [
            "mxspec/promises/test_bounds.py",
            "mxspec/inference/test_columns.py",
            "mxspec/inference/test_groups.py",
        ],
        "Rows in any order are said to have one with a probability of 1% at most. In rows in an order, a"
        " column that grows or drifts has no bound or a wider one, and the promise names it.": [
            "mxspec/inference/test_order.py",
            "mxspec/promises/test_exchangeable.py",
        ],
        "A table has one sketch, one contract, one verdict and one profile, as dicts, as a file, and as a"
        " frame of pandas, polars, pyarrow, DuckDB, Dask and Spark, whatever the types of its columns.": [
            "mxspec/frames/test_verdicts.py",
            "mxspec/frames/test_frame_spec.py",
            "mxspec/frames/test_engines.py",
            "mxspec/frames/test_engine_conditions.py",
            "mxspec/specs/test_comparisons.py",
            "mxspec/inference/test_column_sketch.py",
            "mxspec/inference/test_doors.py",
        ],
        "A table of a warehouse has the verdicts of its rows, and stays as it was; one that is written is"
        " whole or as before. A password in a name is not shown.": [
            "mxspec/command_line/test_warehouses.py",
        ],
        "The profile of values is the same for any parts, in any order, also on Dask with a worker killed"
        " in between. So are images generated by seed.": [
            "mxspec/inference/test_profile.py",
            "autoencoder/test_many_machines.py",
        ],
        "The source of a spec defines the same spec, or an error says which part has none. So a contract"
        " comes back from a document of the Open Data Contract Standard.": [
            "mxspec/notation/test_spec_source.py",
            "mxspec/test_odcs.py",
        ],
    },
    "Examples": {
        "Every spec that can have an example has a generator; an error says why another has none."
        " Examples of a pydantic model pass `model_validate`.": [
            "mxspec/questions/test_every_spec_has_examples.py",
            "mxspec/transform/annotations/test_model_examples.py",
        ],
        "A failing example prints a call that draws the very image, and how it was read.": [
            "autoencoder/test_printed.py",
            "mxspec/base/generated/test_origins.py",
        ],
        "A failed assertion about `valid` says why a value was refused.": [
            "mxspec/test_pytest_plugin.py",
        ],
    },
    "Other programs": {
        "Errors are JSON, whatever the spec and the value, and quote no more than a line of a value.": [
            "mxspec/base/messages/test_listing.py",
            "mxspec/test_quotes.py",
            "autoencoder/test_quotes_of_values.py",
        ],
        "Every condition of an annotation is checked, by pydantic or the class where no spec states it,"
        " or is an error. A class with a constructor of its own is asked. Nothing is proved compatible"
        " that its library refuses, and no random pydantic model is valid where pydantic refuses.": [
            "mxspec/transform/annotations/test_owners.py",
            "mxspec/transform/annotations/test_models_differential.py",
            "mxspec/transform/annotations/test_constructors.py",
            "mxspec/transform/annotations/test_struct_options.py",
            "mxspec/transform/annotations/test_generics.py",
            "mxspec/transform/annotations/test_classes_differential.py",
        ],
        "The spec of a JSON Schema gives the verdicts of the standard's own test suite and of"
        " jsonschema-rs; what is not understood is an error with its path, a keyword that no draft has a"
        " note.": [
            "mxspec/transform/schemas/test_from_json_schema.py",
        ],
        "The JSON Schema of a spec accepts every JSON value that the spec accepts. In pydantic and"
        " FastAPI, `Valid` accepts just the JSON of its schema, where JSON Schema can say all that the"
        " spec asks.": [
            "mxspec/transform/schemas/test_json_schema.py",
            "mxspec/transform/annotations/test_for_pydantic.py",
        ],
    },
    "Shares": {
        "A conformal threshold refuses at most the promised share of such values, as often as promised;"
        " with `by=`, at most this share of each label. Of what passes a threshold of `accept` at most the"
        " stated share is wrong.": [
            "mxspec/promises/test_conformal.py",
            "mxspec/promises/test_accept.py",
        ],
        "The verdict and the bound of `check_promise` are wrong as seldom as they say, though one looks"
        " after every value; with `--mxspec-confidence` all promises of a suite share one error. A guard"
        " answers True or False, or raises; any other answer is an error.": [
            "mxspec/promises/test_growing.py",
            "mxspec/promises/test_sequential.py",
            "mxspec/promises/test_guards.py",
            "mxspec/promises/test_mostly.py",
            "mxspec/test_pytest_plugin.py",
        ],
        "Where each part keeps a promise, `Profile.holds` calls it broken with at most the promise's own"
        " error, in all time to come, however values of a part depend on each other.": [
            "mxspec/promises/test_production.py",
        ],
        "A state between runs (`--state`) counts rows once that come again in the same file, or in one"
        " that grows. A damaged state is refused; runs at once lose no part.": [
            "mxspec/promises/test_state_file.py",
            "mxspec/command_line/test_contracts.py",
        ],
        "A near miss is on the side of the border that it says. A report of a guard is true only if each"
        " condition was broken, and lists what never was.": [
            "mxspec/specs/core/test_lenses.py",
            "mxspec/near/test_laws_of_near_misses.py",
            "mxspec/near/test_coverage.py",
            "mxspec/near/test_what_a_report_knows.py",
        ],
    },
    "Networks": {
        "MXNet and ONNX Runtime give the same labels and acceptances, also in threads, coroutines and"
        " processes; scores and pixels agree within 1e-5. A fork while MXNet computes in another thread is"
        " MXNet's own limit: use `spawn` there.": [
            "autoencoder/networks/test_session.py",
            "autoencoder/networks/test_threads.py",
            "autoencoder/networks/test_mx.py",
        ],
        "A process that asks the networks calls nobody, although ONNX Runtime would.": [
            "autoencoder/networks/test_telemetry.py",
        ],
        "A trained set that is damaged, or has no manifest, is refused before anything parses it. Under a"
        " fitting manifest, a crafted file, or an .onnx file with other numbers than the .params beside"
        " it, is an error that names it.": [
            "autoencoder/networks/test_damage.py",
            "autoencoder/networks/test_onnx_format.py",
            "autoencoder/networks/test_params.py",
        ],
        "A training that ends at any moment leaves the old networks or the new ones. `train --resume`"
        " goes on to the parameters of an uninterrupted training, bit for bit.": [
            "autoencoder/digits/training/test_resume.py",
            "autoencoder/data/test_manifest.py",
            "autoencoder/command_line/test_ending.py",
        ],
    },
    "Files, page and command line": {
        "No exception makes a verdict, but an `Exception` of a predicate, which refuses its value."
        " Whatever else a contract, a module or a state raises, also SystemExit, a command ends with 2, as"
        " it does for rows that can't be read; `mxspec diff` does so too if the process of a contract"
        " crashes.": [
            "mxspec/command_line/test_boundary.py",
            "mxspec/changes/test_ends_of_files.py",
            "mxspec/command_line/test_contracts.py",
            "mxspec/inference/test_rows.py",
            "mxspec/inference/test_delimited.py",
        ],
        "No text of a document, a state, a column, a file or a name becomes code in what is written, or"
        " controls a terminal or a CI runner. A page about a profile loads nothing, and has each picture"
        " in words.": [
            "mxspec/command_line/test_boundary.py",
            "mxspec/test_texts_that_run.py",
            "mxspec/inference/test_report.py",
        ],
        "A command that ends at any moment leaves each file old or new, no copy of standard input, and no"
        " process of a contract. The next one removes its temporary files, never those of living"
        " processes. Two at once do what one would do after the other, or get an error.": [
            "mxspec/command_line/test_processes.py",
            "mxspec/base/test_files.py",
        ],
        "Each row goes to one of the two files of `split`, as it was written, by the verdict of `valid`.": [
            "mxspec/command_line/test_splitting.py",
        ],
        "An idx file or a picture that lies about its size, is huge, a pipe, or a program in disguise is"
        " an error before memory is allocated.": [
            "autoencoder/data/test_idx.py",
            "autoencoder/data/test_pictures.py",
            "autoencoder/data/test_bounds.py",
        ],
        "The page reads what is drawn on it. Its server answers only requests for its own address. A"
        " hostile upload gets a right answer or a short error, and no more memory than a photograph.": [
            "autoencoder/web/test_page.py",
            "autoencoder/web/test_guard.py",
            "autoencoder/web/test_uploads.py",
        ],
    },
}

INTRODUCTION = """\
# What you can rely on

Each guarantee is held by the tests beside it. `python -m tests.guarantees` writes this page.
"""


def text():
    """Return the text of docs/guarantees.md."""
    lines = [INTRODUCTION]
    for subject, rows in GUARANTEES.items():
        lines += [f"## {subject}", ""]
        for guarantee, tests in rows.items():
            links = ", ".join(f"[{test}](../tests/{test})" for test in tests)
            lines.append(f"- {guarantee} ({links})")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
