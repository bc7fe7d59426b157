"""Files are read in bounded parts, and what is no file of rows is refused in one line."""

import gzip
import os
import tracemalloc
from pathlib import Path

import pytest

import mxspec as s
from mxspec.command_line import inferring
from mxspec.inference.rows import read_chunks

ROW = s.keys(req_un={"a": s.int_in(0, 10)})


def spaces(n):
    return b" " * n


BOMBS = {
    "line.csv.gz": lambda n: b"a,b\n" + b"1" * n,
    "commas.csv.gz": lambda n: b"," * n,
    "rows of commas.csv.gz": lambda n: b"a,b\n" + (b"," * 2**20 + b"\n") * (n >> 20),
    "line.jsonl.gz": lambda n: b'{"a": "' + b"x" * n,
    "spaces.json.gz": spaces,
    "spaces.jsonl.gz": spaces,
    "quote.csv.gz": lambda n: b"a\n" + b'"x\n' * 3 + b'"\n,' * (n // 3),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_takes_little_memory(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(BOMBS[name](1 << 28)))
    tracemalloc.start()
    with pytest.raises(s.SpecDefinitionError):
        for _ in read_chunks(path):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 30


def test_a_list_of_json_has_a_bound_of_its_own_size(tmp_path, monkeypatch):
    monkeypatch.setattr("mxspec.inference.bounded_bytes.MOST_TOGETHER", 1000)
    rows = b"[" + b",\n".join([b'{"a": 1}'] * 5000) + b"]"
    plain, packed = tmp_path / "rows.json", tmp_path / "rows.json.gz"
    plain.write_bytes(rows)
    packed.write_bytes(gzip.compress(rows))
    assert sum(len(chunk.rows()) for chunk in read_chunks(plain)) == 5000
    with pytest.raises(s.SpecDefinitionError, match="unpacks to more than is kept in memory"):
        list(read_chunks(packed))


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="a file of Linux")
@pytest.mark.parametrize("name", ["/dev/zero", "pipe.csv"])
def test_what_is_no_regular_file_is_refused(tmp_path, name):
    path = tmp_path / name
    if name == "pipe.csv":
        os.mkfifo(path)
    with pytest.raises(s.SpecDefinitionError, match="is no regular file"):
        list(read_chunks(path))


def test_a_broken_line_of_json_is_a_refused_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n{"a": \n{"a": 30}\n{"a": 2}\n')
    counts = s.profile(ROW, path)
    assert (counts.valid, counts.invalid) == (2, 2)
    assert "rows.jsonl:2 is not JSON" in str([each.value for each in counts.refused])
    with pytest.raises(s.SpecDefinitionError, match="is not JSON"):
        s.infer(path)
    with pytest.raises(s.SpecDefinitionError, match="is not JSON"):
        s.profile(s.is_any, path)


def test_a_reader_that_panics_is_an_error_of_one_line(tmp_path, monkeypatch):
    polars = pytest.importorskip("polars")

    class PanicException(BaseException):
        """As polars raises it, which is no Exception."""

    def read_parquet(binary):
        raise PanicException("index out of bounds\nat line 3")

    path = tmp_path / "rows.parquet"
    polars.DataFrame({"a": [1]}).write_parquet(path)
    monkeypatch.setattr(polars, "read_parquet", read_parquet)
    with pytest.raises(s.SpecDefinitionError, match=r"can't be read: index out of bounds\Z"):
        list(read_chunks(path))


def test_a_contract_is_not_written_over_its_rows(tmp_path):
    rows, link = tmp_path / "rows.csv", tmp_path / "link.csv"
    rows.write_text("a\n" + "1\n2\n3\n" * 500)
    link.symlink_to(rows)
    before = rows.read_text()
    for target in (rows, link):
        with pytest.raises(s.SpecDefinitionError, match="which it comes from"):
            inferring.run_infer([str(rows)], str(target), 0.01, 0.99, None, unordered=True)
    assert rows.read_text() == before


def test_a_contract_keeps_the_mode_and_the_link_of_its_file(tmp_path):
    rows, own, link = tmp_path / "rows.csv", tmp_path / "own.py", tmp_path / "link.py"
    rows.write_text("a\n" + "1\n2\n3\n" * 500)
    own.write_text("")
    own.chmod(0o640)
    link.symlink_to(own)
    assert inferring.run_infer([str(rows)], str(link), 0.01, 0.99, None, unordered=True) == 0
    assert link.is_symlink()
    assert own.stat().st_mode & 0o777 == 0o640
    assert "s.contract" in own.read_text()
    options = {"unordered": True, "force": True}  # here it is a file with the output of other tests
    assert inferring.run_infer([str(rows)], "/dev/stdout", 0.01, 0.99, None, **options) == 0
    assert Path("/dev/stdout").exists()
