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
        "Any value and any spec get an answer, or a SpecError and no other exception. Nothing hangs. No"
        " code runs that stands in a spec's text, or in the repr of a key, a tag or a number.": [
            "mxspec/test_any_input.py",
            "mxspec/test_hostile.py",
            "mxspec/test_texts_that_run.py",
            "fuzz/test_examples.py",
        ],
        "No error quotes more than a line of a value, whichever argument of a public call holds it.": [
            "mxspec/test_quotes.py",
            "autoencoder/test_quotes_of_values.py",
        ],
        "100 levels of anything and 300 of plain collections are followed, from a caller 100 frames deep,"
        " compiled or not. A deeper value is a SpecError that says how deep.": [
            "mxspec/specs/core/test_levels.py",
            "mxspec/transform/annotations/test_depth.py",
        ],
        "A value that contains itself is a SpecError. A part that a value shares is checked once.": [
            "mxspec/specs/core/test_levels.py"
        ],
        "A regex is matched in at most 150,000 derivatives, and 150 for each element, or a SpecError"
        " names the ambiguous part. Answers are those of a parser that backtracks.": [
            "mxspec/specs/regex/test_matching.py",
            "mxspec/specs/regex/test_reference_regex.py",
        ],
        "A search for examples, or for a value that tells two specs apart, ends after as many steps on"
        " any machine, also where filters are in filters.": [
            "mxspec/base/strategies/test_sampling.py",
            "mxspec/changes/test_search.py",
            "mxspec/test_work.py",
        ],
        "A pattern of `str_in` takes at most 10,000,000 steps with any string of 256 letters, or of its"
        " `max_length`, and never exponential time; any other is an error when the spec is made. This does"
        " not bound a method of a compiled pattern used as a predicate.": ["mxspec/base/test_patterns.py"],
        "A pattern in a JSON Schema is an error with its path if it may take exponential time; a text too"
        " long for any other is an error that names the limit. No pattern of a document makes a question"
        " hang.": ["mxspec/test_pattern_doors.py"],
        "`unform` leads back from what `conform` returned, wherever each conformer has an inverse and no"
        " collection conforms into another kind. Where clojure's does not, it does as clojure: a `maybe`"
        " unforms to a list of one element, also where a regex matched it, and an `amp` conforms no"
        " element to None.": ["mxspec/test_laws.py"],
        "Any number of threads get the answers that one gets, also while names are redefined; each answer"
        " uses one meaning of every name.": ["mxspec/questions/test_threads.py"],
        "A child forked while other threads draw, ask or define can do so too: it starts with free locks"
        " and threads of its own.": ["mxspec/base/test_forks.py"],
        "`decode` leads back from what `encode` wrote, to values of the same types; what would be lost is"
        " an error that says where. No JSON makes `decode` raise anything but a SpecError.": [
            "mxspec/transform/test_decode.py"
        ],
        "Every spec pickles to one that answers alike, with cloudpickle if it holds a lambda or a"
        " closure; also when files of mxspec have moved since.": [
            "mxspec/specs/core/test_pickling.py",
            "mxspec/specs/core/test_old_pickles.py",
        ],
    },
    "Changes": {
        "A document of somebody else is read in bounded steps, and compared within a clock that the"
        " answer names. YAML means what the same document in JSON means.": [
            "mxspec/specs/core/test_budget.py",
            "mxspec/changes/documents/test_yaml.py",
            "mxspec/changes/documents/test_hostile_documents.py",
        ],
        "A change called proved breaks nothing: no value that one version accepts is refused by the"
        " other. One called broken comes with a value that shows it.": [
            "mxspec/changes/test_proofs.py",
            "mxspec/changes/test_facts.py",
            "mxspec/base/test_predicate_rows.py",
            "mxspec/changes/test_inclusion.py",
            "mxspec/changes/test_search.py",
            "mxspec/changes/test_sets.py",
        ],
        "A spec, a JSON Schema or a model that is split into a union is decided: proved if its branches"
        " together take what was valid, else broken by a value that none takes.": [
            "mxspec/changes/test_sets.py"
        ],
        "A change of an Avro schema is decided as fastavro resolves schemas: a proof reads what is"
        " written, and a witness is refused.": ["mxspec/transform/schemas/test_avro.py"],
        "Functions are compared by the calls that Python takes: every small call that breaks is found.": [
            "mxspec/changes/test_calls.py"
        ],
        "Two versions of a file run with their own modules; a file beside itself is the same.": [
            "mxspec/changes/test_trees.py",
            "mxspec/changes/test_versions.py",
        ],
        "A change of an answer that a spec's source does not show, as of a data file or a file that git"
        " ignores, is not called the same.": ["mxspec/changes/test_unseen_changes.py"],
        "A contract that ends or crashes its process is exit code 2 of `mxspec diff`. Whatever ends"
        " `mxspec diff` ends the contract and what it started; a signal leaves no tree behind, and the"
        " next command removes that of a killed one.": [
            "mxspec/changes/test_ends_of_files.py",
            "mxspec/command_line/test_processes.py",
        ],
        "No exception makes a verdict, but an `Exception` of a predicate, which refuses its value."
        " Whatever else a contract, a module or an entry point raises, SystemExit and KeyboardInterrupt"
        " among it, a command ends with 2, or goes on without the entry point. Nor does a hostile state"
        " make one.": ["mxspec/command_line/test_boundary.py"],
    },
    "Data": {
        "A contract accepts its own rows and draws valid ones; sketches of parts add up to that of all"
        " rows; the file that `source` writes makes an equal contract, in form, promise and words.": [
            "mxspec/inference/test_contract_laws.py"
        ],
        "A contract of calls accepts them all, and refuses the arguments of another tool, if a string"
        " beside or above the arguments names the tool.": ["mxspec/inference/test_tagged_rows.py"],
        "An inferred contract refuses at most the share of rows that it promises, with the stated"
        " confidence, whatever the distribution; and none of its own rows.": [
            "mxspec/promises/test_bounds.py",
            "mxspec/inference/test_columns.py",
            "mxspec/inference/test_groups.py",
        ],
        "Rows in any order are said to have one with a probability of 1% at most. In rows in an order, a"
        " column that grows or drifts has no bound or a wider one, and the promise names it.": [
            "mxspec/inference/test_order.py",
            "mxspec/promises/test_exchangeable.py",
        ],
        "A frame fits a spec of maps as its rows do, in pandas, polars, pyarrow, DuckDB, Dask and Spark;"
        " its profile is theirs.": [
            "mxspec/frames/test_verdicts.py",
            "mxspec/frames/test_frame_spec.py",
            "mxspec/frames/test_engines.py",
        ],
        "Two columns compared by an engine have the verdicts of their rows, whatever their types; no"
        " comparison refuses a missing value.": [
            "mxspec/specs/test_comparisons.py",
            "mxspec/frames/test_engine_conditions.py",
        ],
        "No text of a document, a state, a column, a file or a name becomes code in what `source` and"
        " `mxspec write` write, or controls a terminal or a CI runner.": [
            "mxspec/command_line/test_boundary.py",
            "mxspec/test_texts_that_run.py",
        ],
        "The source of a spec defines the same spec, or an error says which part has none.": [
            "mxspec/notation/test_spec_source.py"
        ],
    },
    "Examples": {
        "Every spec that can have an example has a generator; an error says why another has none.": [
            "mxspec/questions/test_every_spec_has_examples.py"
        ],
        "Examples of a pydantic model are drawn from its fields and pass `model_validate`; no field that"
        " takes several values is the same in all.": ["mxspec/transform/annotations/test_model_examples.py"],
        "A failing example prints a call that draws the very image, and how it was read.": [
            "autoencoder/test_printed.py",
            "mxspec/base/generated/test_origins.py",
        ],
        "A failed assertion about `valid` says why a value was refused; a failed test draws the pictures"
        " generated for it. Until then the plugin imports nothing of mxspec.": [
            "mxspec/test_pytest_plugin.py"
        ],
    },
    "Other programs": {
        "Errors are JSON, whatever the spec and the value, and short, whatever the body (tested with the"
        " real FastAPI).": [
            "mxspec/base/messages/test_listing.py",
            "mxspec/transform/annotations/test_for_pydantic.py",
        ],
        "Every condition of an annotation is checked, by pydantic or the class where no spec states it,"
        " or is an error. No random pydantic model is valid, or proved compatible, where pydantic refuses.": [
            "mxspec/transform/annotations/test_owners.py",
            "mxspec/transform/annotations/test_models_differential.py",
        ],
        "A class whose author wrote its constructor, or other code that makes instances, is asked: no"
        " change is called proved that its library and that code refuse. Arguments of generic classes are"
        " read.": [
            "mxspec/transform/annotations/test_constructors.py",
            "mxspec/transform/annotations/test_struct_options.py",
            "mxspec/transform/annotations/test_generics.py",
            "mxspec/transform/annotations/test_classes_differential.py",
        ],
        "The spec of a JSON Schema gives the verdicts of the standard's own test suite and of"
        " jsonschema-rs; what is not understood is an error with its path, a keyword that no draft has a"
        " note.": ["mxspec/transform/schemas/test_from_json_schema.py"],
        "The JSON Schema of a spec accepts every JSON value that the spec accepts.": [
            "mxspec/transform/schemas/test_json_schema.py"
        ],
        "In pydantic and FastAPI, `Valid` accepts the JSON that its schema offers and no other, where"
        " JSON Schema can say all that the spec asks.": ["mxspec/transform/annotations/test_for_pydantic.py"],
        "The profile of values is the same for any parts, in any order, also on Dask with a worker killed"
        " in between; of a frame or a file, this includes the words of up to 10,000 refused rows. So are"
        " images generated by seed.": [
            "mxspec/inference/test_profile.py",
            "autoencoder/test_many_machines.py",
        ],
    },
    "Shares": {
        "A conformal threshold refuses at most the promised share of such values, as often as promised;"
        " with `by=`, at most this share of each label.": ["mxspec/promises/test_conformal.py"],
        "A part of a spec says where in a value it lies: what is put there is found there, also of a"
        " user's kind. A near miss is on the side that it says. A report of a guard is true only if each"
        " condition was broken, and lists what never was; a kind that tells no parts is listed.": [
            "mxspec/specs/core/test_lenses.py",
            "mxspec/near/test_laws_of_near_misses.py",
            "mxspec/near/test_coverage.py",
            "mxspec/near/test_what_a_report_knows.py",
        ],
        "The verdict and the bound of `check_promise` are wrong as seldom as they say, though one looks"
        " after every value; with `--mxspec-confidence` all promises of a suite share one error. A guard"
        " answers True or False, or raises; any other answer is an error. With `state=`, so is a value"
        " added before the end.": [
            "mxspec/promises/test_growing.py",
            "mxspec/promises/test_sequential.py",
            "mxspec/promises/test_guards.py",
            "mxspec/promises/test_mostly.py",
            "mxspec/test_pytest_plugin.py",
        ],
        "Where each part keeps a promise, `Profile.holds` calls it broken with at most the promise's own"
        " error, in all time to come, however values of a part depend on each other. A change is dated,"
        " reasons that grew are named, and a changed contract is another promise.": [
            "mxspec/promises/test_production.py",
        ],
        "`mxspec valid --state FILE` keeps the verdict between runs, and ends with 1 if it is broken,"
        " with 3 if a file alone refutes it or breaks a term of the table. Rows that come again in the"
        " same file, or in one that grows, count once. A damaged state is refused; runs at once lose no"
        " part.": [
            "mxspec/promises/test_state_file.py",
            "mxspec/command_line/test_contracts.py",
        ],
        "Of what passes a threshold of `accept` at most the stated share is wrong, as often as stated.": [
            "mxspec/promises/test_accept.py"
        ],
    },
    "Networks": {
        "MXNet and ONNX Runtime give the same labels and acceptances; scores and pixels agree within 1e-5.": [
            "autoencoder/networks/test_session.py"
        ],
        "Networks answer alike in threads, at first use, in coroutines, under pytest-xdist, and after"
        " fork, spawn and forkserver. A fork while MXNet computes in another thread is MXNet's own limit:"
        " use `spawn` there.": ["autoencoder/networks/test_threads.py", "autoencoder/networks/test_mx.py"],
        "A process that asks the networks calls nobody, although ONNX Runtime would.": [
            "autoencoder/networks/test_telemetry.py"
        ],
        "Any flipped bit in a trained set is found before anything parses it. A set without a manifest is"
        " refused.": ["autoencoder/networks/test_damage.py"],
        "An .onnx file with other numbers than the .params beside it is refused, also under a fitting"
        " manifest.": ["autoencoder/networks/test_onnx_format.py"],
        "Under a fitting manifest, a file that is cut off, crafted or of another network is an error that"
        " names it, before memory is allocated.": [
            "autoencoder/networks/test_damage.py",
            "autoencoder/networks/test_params.py",
        ],
    },
    "Training": {
        "`train --resume` goes on after the last finished epoch, to the parameters of an uninterrupted"
        " training, bit for bit.": ["autoencoder/digits/training/test_resume.py"],
        "A training that ends at any moment, by a crash, a full disk or Ctrl-C, leaves the old networks"
        " or the new ones.": [
            "autoencoder/data/test_manifest.py",
            "autoencoder/command_line/test_ending.py",
        ],
    },
    "Files, page and command line": {
        "An idx file or a picture that lies about its size, is huge, a pipe, or a program in disguise is"
        " an error before memory is allocated.": [
            "autoencoder/data/test_idx.py",
            "autoencoder/data/test_pictures.py",
            "autoencoder/data/test_bounds.py",
        ],
        "A 3 drawn by mouse on the page is accepted as odd, and refused as even with the reason. A"
        " scribble is refused as both.": ["autoencoder/web/test_page.py"],
        "The server answers only requests for its own address, bounds bodies and requests, and unpacks no"
        " picture that is too large.": ["autoencoder/web/test_guard.py"],
        "A hostile upload gets a right answer or a short error, and no more memory than a photograph.": [
            "autoencoder/web/test_uploads.py"
        ],
        "The sketch of a frame is that of its rows, in all libraries, for all types of columns.": [
            "mxspec/inference/test_column_sketch.py"
        ],
        "A table makes one contract as dicts, as a frame of any library and as a file, which accepts its"
        " rows by each of these doors.": ["mxspec/inference/test_doors.py"],
        "A file of rows that can't be read, or has none, is a line and exit code 2, never a verdict.": [
            "mxspec/command_line/test_contracts.py",
            "mxspec/inference/test_rows.py",
            "mxspec/inference/test_delimited.py",
        ],
        "Two processes do what one would do after the other, or get an error: a contract or a state that"
        " was written to meanwhile is not replaced, and `infer -o` replaces no edited contract without"
        " `--force`.": ["mxspec/command_line/test_processes.py", "mxspec/base/test_files.py"],
        "A command that ends at any moment leaves each file old or new, and no copy of standard input."
        " The next one removes its temporary files, never those of living processes, be they in another"
        " container.": ["mxspec/command_line/test_processes.py", "mxspec/base/test_files.py"],
        "Each row of files goes to one of the two files of `split`, as it was written, by the verdict of"
        " `valid`; what can't be split leaves no file.": ["mxspec/command_line/test_splitting.py"],
        "A table of a warehouse has the verdicts of its rows, and stays as it was; a table that is"
        " written is whole or as before. A password in a name is not shown.": [
            "mxspec/command_line/test_warehouses.py"
        ],
        "A page about a profile loads nothing, runs nothing that others wrote, and has each picture in"
        " words.": ["mxspec/inference/test_report.py"],
        "An inferred contract comes back from a document of the Open Data Contract Standard with its"
        " promise, its terms and its verdicts; what one side can't say is an error with its path.": [
            "mxspec/test_odcs.py"
        ],
        "A contract that raises, be it SystemExit, is a line and exit code 2, never a verdict on rows.": [
            "mxspec/command_line/test_contracts.py"
        ],
        "`valid` prints a line for each file, and exits with 1 if one does not fit.": [
            "autoencoder/command_line/test_asking.py"
        ],
        "What an index shows has no link that leads nowhere, and both licenses have their texts. A commit"
        " is released once, with its version, and without changes that are not in it.": ["test_package.py"],
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
