"""FHIR files in every shape they come in, and hostile ones: refused in a line, before anything is made of them."""

import gzip
import io
import json
import os
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tpi_cli.errors import Usage
from tpi_cli.exchange.fhir import read
from tpi_cli.exchange.fhir.read import Source, is_fhir, listed

ANN = {"resourceType": "Patient", "id": "ann"}
BEA = {"resourceType": "Patient", "id": "bea", "note": "{ a brace"}
BUNDLE = {"resourceType": "Bundle", "type": "collection",
          "entry": [{"fullUrl": "urn:uuid:1", "resource": ANN}, {"request": {}}, {"resource": BEA}]}  # fmt: skip
NDJSON = f"{json.dumps(BEA)}\n\n{json.dumps(ANN)}\n"


def ids(path: Path) -> list[Any]:
    return [item.resource.get("id") for one in listed([str(path)]) for item in Source(one).items()]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["", "bom"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NDJSON, ["bea", "ann"]),
        (NDJSON.replace("\n", "\r\n"), ["bea", "ann"]),
        (NDJSON.strip(), ["bea", "ann"]),
        (json.dumps(BUNDLE), ["ann", "bea"]),
        (json.dumps(BUNDLE, indent=2), ["ann", "bea"]),
        (json.dumps(BUNDLE) + "\n" + json.dumps(ANN), ["ann", "bea", "ann"]),
        (json.dumps(ANN, indent=2), ["ann"]),
        ('{"resourceType": "Bundle", "type": "searchset"}', []),
    ],
)
def test_every_shape(tmp_path: Path, text: str, found: list[str], bom: bytes, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "one"
    path.write_bytes(pack(bom + text.encode()))
    assert is_fhir(str(path))
    assert ids(path) == found


def test_where_a_resource_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text(NDJSON)
    assert [(item.line, item.kind, item.keys) for item in Source(str(path)).items()] == [
        (1, "Patient", ("Patient/bea",)), (3, "Patient", ("Patient/ann",)),
    ]  # fmt: skip
    path.write_text(json.dumps(BUNDLE))
    assert [(item.line, item.keys) for item in Source(str(path)).items()] == [
        (1, ("Patient/ann", "urn:uuid:1")), (3, ("Patient/bea",)),
    ]  # fmt: skip


def test_a_folder_is_its_manifest_or_all_that_look_so(tmp_path: Path) -> None:
    for name, one in (("Patient.000.ndjson", ANN), ("Patient.001.ndjson.gz", BEA), ("Other.json", ANN)):
        text = json.dumps(one).encode()
        (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    (tmp_path / "README.md").write_text("nothing")
    assert is_fhir(str(tmp_path))
    assert ids(tmp_path) == ["ann", "ann", "bea"]
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"output": [{"type": "Patient", "url": "https://x.example/1/Patient.000.ndjson"}]}))
    assert ids(tmp_path) == ["ann"]
    manifest.write_text(json.dumps({"output": [{"type": "Patient", "url": "../../etc/passwd"}]}))
    with pytest.raises(Usage, match="'passwd' of the manifest is not there"):
        listed([str(tmp_path)])
    for text in ("{}", "[]", '{"output": [5]}', '{"output": {}}', "{" * 5):
        manifest.write_text(text)
        with pytest.raises(Usage, match="manifest"):
            listed([str(tmp_path)])


def test_stdin_is_read_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (NDJSON.encode(), gzip.compress(NDJSON.encode())):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        source = Source("-")
        assert [len(list(source.items())) for _ in range(3)] == [2, 2, 2]


@pytest.mark.parametrize(
    "text", ["mrn,name,born\n", "", "[{}]", '{"schema": "tpi.export/1"}', "<Patient/>", "\x1f\x8b"]
)
def test_what_is_something_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one"
    path.write_bytes(text.encode("latin-1"))
    assert not is_fhir(str(path))


PATIENT = '{"resourceType": "Patient", "a": %s}'
HOSTILE: list[tuple[str, bytes, str]] = [
    ("empty", b"", "not JSON"),
    ("no json", b"hello\n", "not JSON"),
    ("xml", b"<Patient/>", "not JSON"),
    ("cut off", b'{"resourceType": "Pat', "not JSON"),
    ("a second line cut off", NDJSON.encode() + b'{"resourceType', ":4: not JSON"),
    ("a list", b"[" + json.dumps(ANN).encode() + b"]", "not an object"),
    ("a name twice", (PATIENT % '{"b": 1, "b": 2}').encode(), "a name stands twice"),
    ("a key twice", b'{"resourceType": "Patient", "id": "1", "id": "2"}', "a name stands twice"),
    ("NaN", (PATIENT % "NaN").encode(), "NaN is no number"),
    ("Infinity", (PATIENT % "-Infinity").encode(), "-Infinity is no number"),
    ("5000 figures", (PATIENT % ("9" * 5000)).encode(), "too many figures"),
    ("deep", (PATIENT % ("[" * 100_000 + "]" * 100_000)).encode(), "nested too deep"),
    ("a bit deep", (PATIENT % ("[" * 100 + "]" * 100)).encode(), "nested too deep"),
    ("deep and open", (PATIENT % ("[" * 100_000)).encode(), "nested too deep"),
    ("latin", '{"resourceType": "Patient", "a": "Müller"}'.encode("latin-1"), "not UTF-8"),
    ("utf-16", json.dumps(ANN).encode("utf-16"), "not"),
    ("no type", b'{"id": "1"}', "no FHIR resource"),
    ("a type that is none", b'{"resourceType": "../../x"}', "no FHIR resource"),
    ("a type of no text", b'{"resourceType": ["Patient"]}', "no FHIR resource"),
    ("entries that are none", b'{"resourceType": "Bundle", "entry": {}}', "entry is no list"),
    ("an entry that is none", b'{"resourceType": "Bundle", "entry": [5]}', "entry 1 is no object"),
    ("a resource that is none", b'{"resourceType": "Bundle", "entry": [{"resource": 5}]}', "entry 1: no FHIR"),
    ("half a gz", gzip.compress(NDJSON.encode() * 500)[:-20], "cannot be unpacked"),
    ("no gz", b"\x1f\x8b" + b"x" * 100, "cannot be unpacked"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "what"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_hostile_ones_are_refused_in_a_line(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "one"
    path.write_bytes(content)
    with pytest.raises(Usage, match=what) as fault:
        list(Source(str(path)).items())
    assert fault.value.hint and "\n" not in str(fault.value) and len(str(fault.value)) < 300


@pytest.mark.slow
def test_a_bomb_goes_off_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to more than a file may hold, in lines or in one."""
    monkeypatch.setattr(read, "LARGEST", 4_000_000)
    monkeypatch.setattr(read, "LONGEST_LINE", 1_000_000)
    monkeypatch.setattr(read, "PART", 500_000)
    path = tmp_path / "bomb"
    line = json.dumps(ANN).encode() + b"\n"
    for content, what in (
        (line * 200_000, "is larger than"),
        (b" " * 8_000_000, "a resource has more than"),
        (b'{"resourceType": "Bundle", "entry": [' + b"{}," * 2_000_000, "is larger than"),
        (line + b'{"a": "' + b"x" * 3_000_000, ":2: the line is longer"),
        (b'{"resourceType": "Patient", "a": "' + b"x" * 3_000_000 + b'"}', "a resource has more than"),
        (b"{\n" + b" " * 3_000_000 + b"}", "a resource has more than"),
    ):
        path.write_bytes(gzip.compress(content))
        with pytest.raises(Usage, match=what):
            list(Source(str(path)).items())


LARGE: list[tuple[str, Any]] = [
    (json.dumps(BUNDLE), [(1, "ann"), (3, "bea")]),
    (json.dumps(BUNDLE, indent=2), [(1, "ann"), (3, "bea")]),
    (json.dumps({"entry": BUNDLE["entry"], "type": "x", "resourceType": "Bundle"}), [(1, "ann"), (3, "bea")]),
    (json.dumps({**BUNDLE, "link": [{"entry": [{"a": "]}"}]}]}), [(1, "ann"), (3, "bea")]),
    (json.dumps({**BUNDLE, "entry": [{"resource": {**ANN, "entry": [{}], "a": '\\"}]{'}}]}), [(1, "ann")]),
    (json.dumps(BUNDLE).replace('"entry": [', '"entry": [5, '), "an entry of it is no object"),
    (json.dumps(BUNDLE).replace('"entry": [', '"entry": [0, '), "an entry of it is no object"),
    (json.dumps(BUNDLE).replace("}, {", "} {"), "not JSON"),
    (json.dumps(BUNDLE).replace("}, {", "}, , {"), "not JSON"),
    (json.dumps(BUNDLE)[:-1], "not JSON"),
    (json.dumps(BUNDLE) + "}", "not JSON"),
    (json.dumps(BUNDLE).replace('"id": "ann"', '"id": "ann", "id": "x"'), "entry 1: a name stands twice"),
    (json.dumps(BUNDLE).replace('"ann"', "NaN"), "entry 1: NaN is no number"),
    (json.dumps(BUNDLE).replace('"ann"', "[" * 70 + "]" * 70), "entry 1: nested too deep"),
    (json.dumps({**ANN, "resourceType": "List", "entry": [{}]}), "no Bundle"),
    (json.dumps({**ANN, "a": "x" * 500}), "a resource has more than"),
    (json.dumps({**BUNDLE, "entry": [{"resource": {**ANN, "a": "x" * 500}}]}), "a resource has more than"),
]  # fmt: skip


@pytest.mark.parametrize("part", [1, 7, 1_000_000])
@pytest.mark.parametrize(("text", "found"), LARGE)
def test_a_large_bundle_is_taken_apart_and_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: Any, part: int
) -> None:
    path = tmp_path / "one"
    path.write_text(text)
    monkeypatch.setattr(read, "LONGEST_LINE", 200 if "x" * 500 in text else len(text) - 1)
    monkeypatch.setattr(read, "PART", part)
    if isinstance(found, str):
        with pytest.raises(Usage, match=found):
            list(Source(str(path)).items())
    else:
        assert [(item.line, item.resource["id"]) for item in Source(str(path)).items()] == found


@pytest.mark.slow
def test_many_objects_are_not_made_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is small as text and large as objects is refused, or read entry by entry, in little memory."""
    monkeypatch.setattr(read, "LONGEST_LINE", 50_000)
    monkeypatch.setattr(read, "PART", 50_000)
    path = tmp_path / "one"
    entry = '{"resource":{"resourceType":"Basic","a":[' + ",".join(["[]"] * 1000) + "]}}"
    whole = '{"resourceType":"Bundle","entry":[' + ",".join([entry] * 200) + "]}"
    path.write_text(whole)
    assert held(path) < 2 * len(whole), "as objects it has sixteen times as much"
    path.write_text(whole.replace(entry, "{}" + ",{}" * 1000))
    assert held(path) < len(whole)
    path.write_text('{"resourceType":"Basic","a":[' + ",".join(["[]"] * 50_000) + "]}")
    with pytest.raises(Usage, match="a resource has more than"):
        held(path)


def held(path: Path) -> int:
    """The most bytes that reading a file holds."""
    tracemalloc.start()
    try:
        for _ in Source(str(path)).items():
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_lines_are_not_held(tmp_path: Path) -> None:
    """Ten times the lines take no more memory."""
    line = json.dumps({**ANN, "text": "x" * 2000}) + "\n"
    most = []
    for count in (500, 5000):
        path = tmp_path / f"{count}.ndjson"
        path.write_text(line * count)
        most.append(held(path))
    assert most[1] < most[0] * 1.5


def test_a_pipe_too_and_it_is_asked_by_kind_alone() -> None:
    """As `<(zcat export.ndjson.gz)` gives one: it can be read once."""
    out, into = os.pipe()
    path = f"/dev/fd/{out}"
    assert not is_fhir(path), "nobody has written to it, and nobody waits"
    os.write(into, NDJSON.encode())
    os.close(into)
    source = Source(path)
    os.close(out)
    assert [len(list(source.items())) for _ in range(2)] == [2, 2]


def test_twice_the_same_file_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text(NDJSON)
    with pytest.raises(Usage, match="named twice"):
        listed([str(path), str(path)])


def test_a_collection_of_any_size_comes_home(tmp_path: Path) -> None:
    """As tpi export fhir writes it, an entry a line: of more than a pipe may have, in the memory of a few entries."""
    path = tmp_path / "all.json"
    one = json.dumps({"fullUrl": "urn:uuid:1", "resource": {**ANN, "text": "x" * 20_000}})
    with path.open("w") as into:
        into.write('{"resourceType": "Bundle", "type": "collection", "entry": [\n' + one)
        for _ in range(2000):
            into.write(",\n" + one)
        into.write("\n]}\n")
    assert path.stat().st_size > read.LARGEST_PIPE
    assert sum(1 for _ in Source(str(path)).items()) == 2001
    assert held(path) < 20 * read.MEGABYTE


SHORT = [
    (json.dumps(ANN)[:-5].encode(), "is it whole"),
    (json.dumps(BUNDLE)[:-1].encode(), "is it whole"),
    (b'{"resourceType": "Patient" "id"}', "is it FHIR"),
    (b"<Patient/>", "XML is not"),
]


@pytest.mark.parametrize(("content", "hint"), SHORT)
def test_what_helps_with_what_is_no_json(tmp_path: Path, content: bytes, hint: str) -> None:
    path = tmp_path / "one"
    path.write_bytes(content)
    with pytest.raises(Usage, match="not JSON") as fault:
        list(Source(str(path)).items())
    assert hint in (fault.value.hint or "")


def test_a_folder_with_json_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text(NDJSON)
    (tmp_path / "c.json").write_text('{"schema": "tpi.export/1", "tables": {}}')
    with pytest.raises(Usage, match="is no FHIR") as fault:
        listed([str(tmp_path)])
    assert "tpi export json" in (fault.value.hint or "")


def test_a_folder_of_many_files(tmp_path: Path) -> None:
    """As a transaction export of two thousand patients has them."""
    for number in range(4000):
        (tmp_path / f"{number:06}.json").write_text(json.dumps(BUNDLE))
    assert len(listed([str(tmp_path)])) == 4000
