"""The log's arithmetic: no two different things read the same, and what was written before cannot be made again."""

import hashlib
import hmac
import json
from itertools import islice, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tpi_cli.rules import chain
from tpi_cli.rules.chain import Entry

ENTRY = Entry(entry=6, clinic="c1", at="2026-11-23T10:15:00.000000Z", account="reception", acting="JS", act="inject",
              patient=7, subject="S-0018", records=15, content="ab" * 32, structure=None, before="0" * 64)  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.none() | st.integers(-5, 5) | st.integers() | TEXT
ROWS = st.dictionaries(st.sampled_from(["name", "name_key", "note", "phone", "born"]), VALUES, max_size=5)


# --- canonical form


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["tpi-audit-1", 1, None, ""], '["tpi-audit-1",1,null,""]'),
        ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
        ("Müller", '"M\\u00fcller"'),
        ("李", '"\\u674e"'),
        ('a"b\\c\n', '"a\\"b\\\\c\\n"'),
    ],
)
def test_a_value_has_one_way_to_be_written(value: object, text: str) -> None:
    assert chain.canonical(value) == text.encode("ascii")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1, float("-inf")]])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        chain.canonical(value)


@pytest.mark.parametrize("value", [b"5", [b""], {"a": {1}}])
def test_bytes_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        chain.canonical(value)


@given(ROWS)
def test_the_order_in_which_columns_come_is_of_no_account(row: dict[str, object]) -> None:
    assert chain.record(dict(reversed(row.items()))) == chain.record(row)


DIFFERENT = """
5 and '5' | pain=5 | pain='5'
nothing and an empty text | note=None | note=''
nothing and the word | note=None | note='None'
nothing and null | note=None | note='null'
one and true to nobody | note='1' | note='true'
precomposed and combining letters | note="\\u00e9" | note="e\\u0301"
Latin and Cyrillic a | note='a' | note='а'
a blank at the end | note='x' | note='x '
"""


@pytest.mark.parametrize("line", DIFFERENT.strip().splitlines())
def test_two_that_look_alike_are_two(line: str) -> None:
    _, *both = (part.strip() for part in line.split("|"))
    one, other = (dict([part.split("=", 1)]) for part in both)
    read = [{name: eval(value) for name, value in part.items()} for part in (one, other)]
    assert chain.record(read[0]) != chain.record(read[1])


def test_nothing_is_left_out_and_an_empty_text_is_not() -> None:
    """So that a column which came later, and is empty in every earlier record, changes no hash."""
    assert chain.record({"name": "Tan", "note": None}) == chain.record({"name": "Tan"}) == '{"name":"Tan"}'
    assert chain.record({"name": "Tan", "note": ""}) == '{"name":"Tan","note":""}'
    assert chain.record({"number": 0}) == '{"number":0}'


@given(ROWS, ROWS)
def test_two_records_are_written_alike_only_if_they_are(one: dict[str, object], other: dict[str, object]) -> None:
    told = [{name: value for name, value in row.items() if value is not None} for row in (one, other)]
    assert (chain.record(one) == chain.record(other)) == (told[0] == told[1])
    assert json.loads(chain.record(one)) == told[0]


# --- hashes of records


def test_a_record_s_hash_is_of_everything_that_says_which_version_it_is() -> None:
    first = chain.written("patient", "k", 4, "salt", "{}")
    others = [("site", "k", 4, "salt", "{}"), ("patient", "l", 4, "salt", "{}"), ("patient", "k", 5, "salt", "{}"),
              ("patient", "k", 4, "tlas", "{}"), ("patient", "k", 4, None, "{}"), ("patient", "k", 4, "salt", "{ }"),
              ("patient", "k4", 4, "salt", "{}"), ("patientk", "", 4, "salt", "{}")]  # fmt: skip
    hashes = {first, *(chain.written(*one) for one in others)}
    assert len(hashes) == len(others) + 1
    assert first == hashlib.sha256(b'["tpi-record-1","patient","k",4,"salt","{}"]').hexdigest()


def test_that_a_version_ended_is_another_fact_than_that_it_was_written() -> None:
    assert (
        chain.ended("patient", "k", 4, 5)
        != chain.ended("patient", "k", 5, 4)
        != chain.written("patient", "k", 4, "5", "")
    )


LEAVES = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=5)


@given(LEAVES, LEAVES)
def test_a_sum_tells_which_hashes_it_is_of_and_in_which_order(one: list[str], other: list[str]) -> None:
    assert (chain.content(one) == chain.content(other)) == (one == other)
    assert chain.content(one)[0] == len(one)


def test_the_sum_of_nothing_is_none() -> None:
    assert chain.content([]) == (0, None)


# --- entries


OTHER = {"entry": 7, "clinic": "c2", "at": "2026-11-23T10:15:00.000001Z", "account": "reсeption", "acting": None,
         "act": "inject S", "patient": 8, "subject": None, "records": 16, "content": None, "structure": "cd",
         "before": "0" * 63 + "1"}  # fmt: skip


@pytest.mark.parametrize("field", Entry._fields)
def test_no_field_of_an_entry_can_change_without_its_hash(field: str) -> None:
    assert chain.entry_hash(ENTRY._replace(**{field: OTHER[field]})) != chain.entry_hash(ENTRY)


@given(st.sampled_from(Entry._fields), VALUES)
def test_any_other_value_of_any_field_is_another_hash(field: str, value: object) -> None:
    changed = ENTRY._replace(**{field: value})
    assert (chain.entry_hash(changed) == chain.entry_hash(ENTRY)) == (changed == ENTRY)


@given(TEXT, TEXT, TEXT, TEXT)
def test_text_cannot_move_over_a_field_s_end(account: str, act: str, one: str, other: str) -> None:
    assume((account, act) != (one, other))
    first, second = (ENTRY._replace(account=who, act=what) for who, what in ((account, act), (one, other)))
    assert chain.entry_hash(first) != chain.entry_hash(second)


def test_an_entry_that_is_out_there_keeps_its_hash() -> None:
    """Stores are verified for ten years: a new way to write an entry needs a new version in front of it."""
    text = json.dumps(["tpi-audit-1", *ENTRY], separators=(",", ":"))
    assert chain.entry_hash(ENTRY) == hashlib.sha256(text.encode()).hexdigest()
    assert chain.entry_hash(ENTRY).startswith("a995c0be4054a38b")


# --- the key that moves forward


KEY = bytes(range(32))


def test_each_entry_has_a_key_of_its_own_and_the_first_gives_them_all() -> None:
    keys = list(islice(chain.keys(KEY), 50))
    assert keys[0] == KEY
    assert len(set(keys)) == 50
    assert all(chain.step(one) == after for one, after in pairwise(keys))
    assert {len(one) for one in keys} == {chain.KEY_BYTES}


def test_a_step_is_a_hash_and_no_bare_one() -> None:
    """There is no way back from a hash; the word in front keeps this use of the key apart from any other."""
    assert chain.step(KEY) == hashlib.sha256(b"tpi-ratchet-1" + KEY).digest() != hashlib.sha256(KEY).digest()


@given(st.binary(min_size=32, max_size=32), st.integers(0, 255))
def test_one_bit_of_a_key_changes_its_mac_and_everything_after(key: bytes, bit: int) -> None:
    other = (int.from_bytes(key) ^ 1 << bit).to_bytes(32)
    digest = chain.entry_hash(ENTRY)
    assert chain.mac(key, digest) != chain.mac(other, digest)
    assert chain.step(key) != chain.step(other)


def test_a_mac_is_the_usual_one() -> None:
    digest = chain.entry_hash(ENTRY)
    assert chain.mac(KEY, digest) == hmac.new(KEY, digest.encode(), "sha256").hexdigest()
    assert chain.mac(KEY, digest) != chain.mac(chain.step(KEY), digest), "an entry cannot take its neighbour's"


# --- heads


@given(st.integers(0, 10**12), st.binary(min_size=32, max_size=32).map(bytes.hex))
def test_every_head_is_read_back(entry: int, digest: str) -> None:
    short = chain.head(entry, digest)
    assert chain.read_head(short) == (entry, digest[:16])
    assert chain.read_head(f" {short.upper()}\n") == (entry, digest[:16])
    assert chain.read_head(f"{entry}:{digest}") == (entry, digest), "in full"


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "57", "57:", ":a3f09c1e22b46d70", "a3f09c1e22b46d70", "a3f09c1e22b46d70:57"),
        # too short to prove anything, or longer than a hash
        *("57:a3f09c1e22b46d7", "57:" + "a" * 65),
        # no hexadecimal digits, no number
        *(
            "57:a3f09c1e22b46d7g",
            "57:a3f09c1e 22b46d70",
            "-1:a3f09c1e22b46d70",
            "+1:a3f09c1e22b46d70",
            "5.7:" + "a" * 16,
        ),
        *(
            "٥:a3f09c1e22b46d70",
            "²:a3f09c1e22b46d70",
            "57:a3f09c1e22b46d7０",
            "1" * 19 + ":a3f09c1e22b46d70",
            "57:a3:" + "a" * 16,
        ),
    ],
)
def test_what_is_no_head(text: str) -> None:
    assert chain.read_head(text) is None


@given(st.text() | st.text("0123456789abcdef: ", max_size=40))
def test_no_text_raises_and_what_is_read_is_written_alike(text: str) -> None:
    found = chain.read_head(text)
    if found is not None:
        assert chain.head(*found) == f"{found[0]}:{found[1][:16]}"


WORDS = st.one_of(st.none(), st.integers(), st.text(st.characters(exclude_categories=[])))


@given(WORDS)
def test_a_word_is_written_as_anything_is(value: str | int | None) -> None:
    assert chain.word(value).encode() == chain.canonical(value)


@given(st.dictionaries(st.text(), WORDS))
def test_a_record_is_written_as_anything_is(columns: dict[str, str | int | None]) -> None:
    told = {name: value for name, value in columns.items() if value is not None}
    assert chain.record(columns).encode() == chain.canonical(told)


@given(st.text(), st.text(), st.integers(), st.one_of(st.none(), st.text()), st.text())
def test_a_version_is_hashed_as_an_array(table: str, key: str, entry: int, salt: str | None, content: str) -> None:
    array = chain.canonical(["tpi-record-1", table, key, entry, salt, content])
    assert chain.written(table, key, entry, salt, content) == hashlib.sha256(array).hexdigest()
