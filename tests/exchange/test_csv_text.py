"""The bounds of a file that is brought in: what is too much is refused by name or by line, before it is held."""

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tpi_cli.errors import Usage
from tpi_cli.exchange import csv_text, packed

HEADER = "mrn,name,born\n"
ROW = 'A1,"Tan, Mei",1971-03-04\n'


def lines(path: Path, content: bytes) -> list[tuple[int, str]]:
    """The file's lines, each with the line its row begins on, a row a line."""
    path.write_bytes(content)
    out = []
    with csv_text.opened(str(path)) as text:
        for line in text:
            out.append((text.first, line))
            text.row_ended()
    return out


def take(path: str, into: list[str]) -> None:
    with csv_text.opened(path) as text:
        for line in text:
            into.append(line)
            text.row_ended()


def told(path: Path, content: bytes) -> str:
    with pytest.raises(Usage) as fault:
        lines(path, content)
    assert fault.value.hint
    return str(fault.value).removeprefix(str(path))


def test_lines_come_as_they_are(tmp_path: Path) -> None:
    assert lines(tmp_path / "a.csv", b"\xef\xbb\xbfa,b\r\n\n1,2\r3,4") == [
        (1, "a,b\r\n"),
        (2, "\n"),
        (3, "1,2\r"),
        (4, "3,4"),
    ]


def test_a_row_begins_where_its_first_line_does(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('x\n\n"1\n\n2"\n')
    with csv_text.opened(str(path)) as text:
        next(text)
        text.row_ended()
        found = [(text.first, line) for line in text]
    assert [line for line, _ in found] == [2, 3, 3, 3], "a blank line begins none, and within one it is part of it"


@pytest.mark.parametrize("over", [0, 1])
def test_a_row_has_a_longest_length(tmp_path: Path, over: int) -> None:
    content = b"x" * (csv_text.LONGEST_ROW + over) + b"\n"
    if over:
        assert told(tmp_path / "a.csv", content) == ":1: the row is longer than 262,144 characters"
    else:
        assert len(lines(tmp_path / "a.csv", content)) == 1


@pytest.mark.parametrize("over", [0, 1])
def test_a_file_has_so_many_lines_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over: int) -> None:
    monkeypatch.setattr(csv_text, "MOST_LINES", 1000)
    content = b"\n" * (csv_text.MOST_LINES + over)
    if over:
        assert told(tmp_path / "a.csv", content) == " has more than 1,000 lines"
    else:
        assert len(lines(tmp_path / "a.csv", content)) == csv_text.MOST_LINES


@pytest.mark.parametrize("over", [0, 1])
def test_a_file_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over: int) -> None:
    monkeypatch.setattr(csv_text, "LARGEST_FILE", 1000)
    monkeypatch.setattr(packed, "MEGABYTE", 1)
    content = b"abcdefghi\n" * 100 + b"x" * over
    if over:
        assert told(tmp_path / "a.csv", content) == " is larger than 1,000 MB"
    else:
        assert len(lines(tmp_path / "a.csv", content)) == 100


def test_what_has_no_size_is_counted_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """stdin, as a pipe, does not say how much is to come."""
    monkeypatch.setattr(csv_text, "LARGEST_FILE", 100_000)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"abcdefghi\n" * 20_000), encoding="utf-8"))
    taken: list[str] = []
    with pytest.raises(Usage, match="- is larger than"):
        take("-", taken)
    assert 0 < sum(map(len, taken)) <= 100_000


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"a\nb\xff\n", 2), (b"a\r\xed\xa0\x80\r", 2), (b"\xc3", 1), (b"a\n\nCaf\xe9,x\nb", 3)],
    ids=["no text", "half a character", "cut short", "Latin-1"],
)
def test_what_is_no_text_is_refused_by_line(tmp_path: Path, content: bytes, line: int) -> None:
    assert told(tmp_path / "a.csv", content) == f":{line}: not UTF-8"


def test_a_file_that_begins_within_another_is_refused_by_line(tmp_path: Path) -> None:
    """Its first sign is seen by nobody, and would make another mrn of the one it stands before."""
    assert told(tmp_path / "a.csv", b"\xef\xbb\xbfa,b\n1,2\n\xef\xbb\xbf3,4\n") == ":3: another file begins here"


def others() -> dict[str, tuple[bytes, str]]:
    """Files that are no text, and what is said of each."""
    import bz2
    import lzma

    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as file:
        file.writestr("x.csv", HEADER + ROW)
    text = (HEADER + ROW).encode()
    return {
        "bzip2": (bz2.compress(text), "is packed (bzip2)"),
        "xz": (lzma.compress(text), "is packed (xz)"),
        "zip or xlsx": (book.getvalue(), "is a zip file or a workbook, not CSV"),
        "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is a workbook, not CSV"),
        "UTF-16": (text.decode().encode("utf-16"), "is UTF-16, not UTF-8"),
        "UTF-16 without its mark": (text.decode().encode("utf-16-le"), "is UTF-16 or no text at all"),
        "nothing but NUL": (bytes(100), "is UTF-16 or no text at all"),
        "UTF-16, the other end first": (b"\xfe\xff" + text.decode().encode("utf-16-be"), "is UTF-16, not UTF-8"),
    }


@pytest.mark.parametrize("what", others())
def test_other_kinds_of_file_are_called_by_their_name(tmp_path: Path, what: str) -> None:
    content, words = others()[what]
    assert told(tmp_path / "a.csv", content) == f" {words}"


def test_a_file_packed_by_gzip_is_read_as_what_is_in_it(tmp_path: Path) -> None:
    content = (HEADER + ROW).encode()
    assert lines(tmp_path / "a.csv.gz", gzip.compress(content)) == lines(tmp_path / "a.csv", content)
    assert told(tmp_path / "b.csv.gz", gzip.compress(content.decode().encode("utf-16"))) == " is UTF-16, not UTF-8"


def test_so_is_what_comes_packed_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO(gzip.compress((HEADER + ROW).encode()))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(packed, encoding="utf-8"))
    taken: list[str] = []
    take("-", taken)
    assert taken == [HEADER, ROW]


def test_what_is_packed_is_counted_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousandth of its size on disk: nothing of it is held beyond the bound."""
    monkeypatch.setattr(csv_text, "LARGEST_FILE", 100_000)
    assert told(tmp_path / "a.csv.gz", gzip.compress(b"abcdefghi\n" * 20_000)).startswith(" is larger than")


@pytest.mark.parametrize("cut", [3, 12, 40, -9, -1])
def test_what_is_packed_and_damaged_is_told_so(tmp_path: Path, cut: int) -> None:
    content = gzip.compress((HEADER + ROW).encode() * 3)
    assert told(tmp_path / "a.csv.gz", content[:cut]) == " is damaged: it cannot be unpacked"
    broken = bytearray(content)
    broken[cut] ^= 0xFF
    with pytest.raises(Usage):
        lines(tmp_path / "b.csv.gz", bytes(broken))


def test_devices_folders_and_loops_are_no_files(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path, words in (
        ("/dev/zero", "it is not a file"),
        (str(tmp_path), "Is a directory"),
        (str(loop), "symbolic links"),
    ):
        with pytest.raises(Usage, match=words), csv_text.opened(path):
            pass


def test_a_pipe_is_read_and_one_without_a_writer_is_empty(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with csv_text.opened(str(pipe)) as text:
        assert list(text) == []
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(pipe, os.O_WRONLY)
    os.write(writer, b"a\nb\n")
    with csv_text.opened(str(pipe)) as text:
        os.close(writer)
        assert list(text) == ["a\n", "b\n"]
    os.close(reader)


# --- by way of `tpi import`


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a," * 100 + "\n", "file.csv:1: 101 columns, and 100 are the most"),
        ("\n\n" + "a," * 100 + "\n", "file.csv:3: 101 columns"),
        (f"mrn,{'x' * 201},name,born\n", "file.csv:1: column '" + "x" * 60 + "'... has 201 characters"),
        ("mrn,Name,born,name\n", "column name stands there twice"),
        (HEADER + f"A1,{'x' * 140_000},1971-03-04\n", "file.csv:2: not CSV: field larger than field limit"),
        (HEADER + ROW + '"A2\n\nx,y\n' + "x\n" * 20, "file.csv:3: not CSV"),
        (HEADER + ROW + 'A2,"Bom",' + "\n" + 'A3,"x" y,1971-03-04\n', "file.csv:4: not CSV"),
        (f"mrn,name,born,phone\n{ROW.strip()},{'1' * 201}\n", "file.csv:2: phone: is longer than 200 characters"),
        (
            f"mrn,name,born,weight_kg\n{ROW.strip()},{'9' * 3999}\n",
            "file.csv:2: weight_kg: '" + "9" * 60 + "'... is no",
        ),
    ],
)
def test_what_is_said_of_a_row_or_a_header(clinic: Clinic, text: str, line: str) -> None:
    answer = clinic.run("import", clinic.file("file.csv", text))
    assert (answer.code, line in answer.err) == (2, True), answer.err[:600]


@pytest.mark.parametrize("digits", [4, 21, 4000])
def test_a_whole_number_with_too_many_figures_is_no_whole_number(clinic: Clinic, digits: int) -> None:
    """Python refuses to read more than 4,300 figures, with an error of its own."""
    head = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up,pain_before\n"
    text = head + f"A1,2026-01-05,ut,L,lido,1%,1,3mo,{'1' * digits}\n"
    answer = clinic.run("import", clinic.file("file.csv", text))
    assert (answer.code, "file.csv:2: pain_before: '1" in answer.err) == (2, True), answer.err[:300]


def test_a_blank_line_before_the_header_and_empty_columns_do_no_harm(clinic: Clinic) -> None:
    text = "\n,,,,\nmrn,name,born,,\n" + ROW.strip() + ",,\n"
    assert clinic.ok("import", clinic.file("file.csv", text), "--json").json["new"] == 1
