"""Fields on stdin: JSON or `key: value`, each once, plain, bounded; what is wrong is told by its line."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.commands.parse import stdin
from tpi_cli.errors import Usage

KNOWN = ("name", "born", "mrn", "note", "allergy")


def read(text: str) -> dict[str, object]:
    return stdin.fields(text, KNOWN, ("allergy",))


def refused(text: str) -> str:
    with pytest.raises(Usage) as fault:
        read(text)
    assert fault.value.hint
    return str(fault.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"name": "Tan, Mei", "born": "1971-03-04"}', {"name": "Tan, Mei", "born": "1971-03-04"}),
        ('\n {"name"\n:\t"A"\r\n,"mrn": 7 } \n', {"name": "A", "mrn": "7"}),
        ('{"mrn": 1.10}', {"mrn": "1.10"}),
        ('{"mrn": -5, "name": "A"}', {"mrn": "-5", "name": "A"}),
        ('{"mrn": null, "name": "A"}', {"name": "A"}),
        ('{"allergy": "nuts"}', {"allergy": ["nuts"]}),
        ('{"allergy": ["nuts", "latex", 7]}', {"allergy": ["nuts", "latex", "7"]}),
        ('{"allergy": []}', {}),
        ('{"name": "\\ud83d\\ude00 \\u00e9"}', {"name": "😀 é"}),
        ("name: Tan, Mei\nborn: 1971-03-04\n", {"name": "Tan, Mei", "born": "1971-03-04"}),
        ("\n\n  Name :  a: b \n", {"name": "a: b"}),
        ("allergy: nuts\nallergy: latex", {"allergy": ["nuts", "latex"]}),
        ("name: Tan\x85mrn: 7\u2028born: x", {"name": "Tan\x85mrn: 7\u2028born: x"}),
    ],
)
def test_what_is_understood(text: str, found: dict[str, object]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing came on stdin"),
        ("{}", "nothing came on stdin"),
        (' { \n } ', "nothing came on stdin"),
        ("name: A\nno colon", "stdin:2: no colon in this line"),
        ("name: A\n\nname: B", "stdin:3: name stands there twice"),
        ("shoe: 44", "stdin:1: unknown field 'shoe'"),
        ("name: A\x00B", "stdin:1: name holds a NUL character"),
        ("born: x\nname: A\udcff", "stdin:2: name is not valid UTF-8"),
        (f"note: {'x' * 4001}", "stdin:1: note is longer than 4000 characters"),
        ('{"name": "A"', "stdin:1: no JSON object from there on"),
        ('{"name": "A",\n}', "stdin:2: no JSON object from there on"),
        ('{"name" "A"}', "stdin:1: no JSON object from there on"),
        ('{"name": "A"\n "born": "B"}', "stdin:2: no JSON object from there on"),
        ('{name: "A"}', "stdin:1: no JSON object from there on"),
        ('{"name": "A\nB"}', "stdin:1: no JSON object from there on"),
        ('{"name": "A"} {"name": "B"}', "stdin:1: something follows the JSON object"),
        ('{"name": "A"}\n\n]', "stdin:3: something follows the JSON object"),
        ('{"name": "A",\n"name": "B"}', "stdin:2: name stands there twice"),
        ('{"name": null,\n"name": "B"}', "stdin:2: name stands there twice"),
        ('{"name": "A",\n"n\\u0061me": "B"}', "stdin:2: name stands there twice"),
        ('{"allergy": "A",\n"allergy": "B"}', "stdin:2: allergy stands there twice"),
        ('{\n"mrn": NaN}', "stdin:2: 'mrn': NaN is no number"),
        ('{\n"mrn": -Infinity}', "stdin:2: 'mrn': -Infinity is no number"),
        ('{\n"mrn": 1e400}', "stdin:2: 'mrn': '1e400' is no plain number"),
        ('{"mrn": 1E2}', "stdin:1: 'mrn': '1E2' is no plain number"),
        ('{"mrn": ' + "9" * 5000 + "}", "stdin:1: 'mrn': a number of 5,000 digits is a slip"),
        ('{"mrn": 0.' + "9" * 5000 + "}", "stdin:1: 'mrn': a number of 5,002 digits is a slip"),
        ('{"mrn": true}', "stdin:1: 'mrn' is neither text nor number"),
        ('{"mrn": {"a": "b"}}', "stdin:1: 'mrn' is neither text nor number"),
        ('{"mrn": ["a"]}', "stdin:1: 'mrn' is one text, not several"),
        ('{"allergy": ["a", ["b"]]}', "stdin:1: 'allergy' is one text, not several"),
        ('{"allergy": ["a", {}]}', "stdin:1: 'allergy' is one text, not several"),
        ('{\n"name": ' + "[" * 60_000, "stdin:2: 'name' is nested too deep"),
        ('{\n"name": ' + '{"a":' * 10_000, "stdin:2: 'name' is nested too deep"),
        ('{"name": "A\\u0000"}', "stdin:1: name holds a NUL character"),
        ('{\n\n"name": "A\\ud800"}', "stdin:3: name is not valid UTF-8"),
        ('{"' + "x" * 5000 + '": 1}', "stdin:1: unknown field '" + "x" * 40 + "...'"),
        ("{7: 1}", "stdin:1: unknown field '7'"),
        ("{[]: 1}", "stdin:1: no JSON object from there on"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, words: str) -> None:
    assert refused(text) == words


def test_what_has_no_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, into: memoryview) -> int:
            into[:] = b"x" * len(into)
            self.given += len(into)
            assert self.given < 1_000_000, "read on"
            return len(into)

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(Endless()), encoding="utf-8"))
    with pytest.raises(Usage, match="stdin is longer than 65,536 characters"):
        stdin.read()


@pytest.mark.parametrize("over", [0, 1])
def test_the_longest_that_is_read(monkeypatch: pytest.MonkeyPatch, over: int) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("x" * (10 + over)))
    if over:
        with pytest.raises(Usage):
            stdin.read(10)
    else:
        assert stdin.read(10) == "x" * 10


def test_a_mark_that_windows_puts_first_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('\ufeff{"name": "A"}'))
    assert read(stdin.read()) == {"name": "A"}


@given(st.text(st.sampled_from('{}[]",:\\ \nntfuab0159.-+eEN\x00\ud800'), max_size=40))
def test_anything_at_all_is_understood_or_refused(text: str) -> None:
    with suppress(Usage):
        read(text)
