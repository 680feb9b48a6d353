"""Two records that may be one person: worth a look, or clearly two. A person decides; here is who is shown to them."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tpi_cli.rules import duplicates, identity
from tpi_cli.rules.duplicates import Pair, Person

PAIRS = """
who they are                    | one                                  | the other                             | why
the same person twice           | Tan, Mei · 1971-03-04 · 5550107      | Tan, Mei · 1971-03-04 · 5550107       | same name, same birth date, same telephone
no telephone on either          | Tan, Mei · 1971-03-04 ·              | Tan, Mei · 1971-03-04 ·               | same name, same birth date
another telephone               | Tan, Mei · 1971-03-04 · 5550107      | Tan, Mei · 1971-03-04 · 5550999       | same name, same birth date
names the other way round       | Tan, Mei · 1971-03-04 ·              | Mei Tan · 1971-03-04 ·                | same name, same birth date
capitals                        | TAN, MEI · 1971-03-04 ·              | Tan, Mei · 1971-03-04 ·               | same name, same birth date
accents                         | Müller, José · 1950-01-02 ·          | Muller, Jose · 1950-01-02 ·           | same name, same birth date
a hyphen                        | Lee-Wong, Ann · 1950-01-02 ·         | Lee Wong, Ann · 1950-01-02 ·          | same name, same birth date
one letter mistyped             | Johnson, Peter · 1950-01-02 ·        | Jonson, Peter · 1950-01-02 ·          | similar name, same birth date
a second first name             | Johnson, Peter · 1950-01-02 ·        | Johnson, Peter J · 1950-01-02 ·       | similar name, same birth date
day and month swapped           | Tan, Mei · 1971-03-04 ·              | Tan, Mei · 1971-04-03 ·               | same name, day and month swapped
one digit of the year           | Tan, Mei · 1971-03-04 ·              | Tan, Mei · 1977-03-04 ·               | same name, birth date one digit apart
one digit of the day            | Tan, Mei · 1971-03-04 ·              | Tan, Mei · 1971-03-14 ·               | same name, birth date one digit apart
moved, married, one telephone   | Tan, Mei · 1971-03-04 · 5550107      | Tan, Mei · 1980-11-30 · 5550107       | same name, same telephone
other scripts, the same letters | Иванова, Анна · 1950-01-02 ·         | Анна Иванова · 1950-01-02 ·           | same name, same birth date
# rather two
twins                           | Tan, Mei · 1971-03-04 · 5550107      | Tan, Jun · 1971-03-04 · 5550107       | -
a couple with one telephone     | Ruiz, Ana · 1965-04-05 · 5550107     | Ruiz, Luis · 1963-01-09 · 5550107     | -
father and son of one name      | Ruiz, Luis · 1963-01-09 · 5550107    | Ruiz, Luis · 1993-08-21 · 5550999     | -
one name, two birth dates       | Tan, Mei · 1971-03-04 ·              | Tan, Mei · 1985-12-24 ·               | -
born on one day                 | Tan, Mei · 1971-03-04 ·              | Khan, Sara · 1971-03-04 ·             | -
two digits of the date          | Tan, Mei · 1971-03-04 ·              | Tan, Mei · 1982-03-04 ·               | -
one extension of a ward         | Tan, Mei · 1971-03-04 · 107          | Tan, Mei · 1985-12-24 · 107           | -
the same in another script      | Ivanova, Anna · 1950-01-02 ·         | Иванова, Анна · 1950-01-02 ·          | -
a similar name, one telephone   | Johnson, Peter · 1950-01-02 · 5550107 | Jonson, Peter · 1988-11-30 · 5550107 | -
"""  # noqa: E501
ROWS = [[part.strip() for part in line.split("|")] for line in PAIRS.strip().splitlines()[1:] if line[0] != "#"]


def person(number: int, text: str) -> Person:
    name, born, phone = (part.strip() for part in text.split("·"))
    return Person(number, identity.name_key(name), date.fromisoformat(born), phone)


@pytest.mark.parametrize(("who", "one", "other", "why"), ROWS, ids=[row[0] for row in ROWS])
def test_two_people_and_why_they_may_be_one(who: str, one: str, other: str, why: str) -> None:
    first, second = person(1, one), person(2, other)
    expected = () if why == "-" else tuple(why.split(", "))
    assert duplicates.reasons(first, second) == duplicates.reasons(second, first) == expected
    found = list(duplicates.pairs([second, first]))
    assert found == ([Pair(1, 2, expected)] if expected else []), "whoever is alike is also compared"


def test_three_records_of_one_person_are_three_pairs_in_order() -> None:
    same = [person(number, "Tan, Mei · 1971-03-04 ·") for number in (9, 2, 5)]
    assert [(pair.one, pair.other) for pair in duplicates.pairs(same)] == [(2, 5), (2, 9), (5, 9)]


def test_a_pair_that_shares_several_things_is_told_once() -> None:
    same = [person(number, "Tan, Mei · 1971-03-04 · 5550107") for number in (1, 2)]
    assert len(list(duplicates.pairs(same))) == 1


def test_records_without_a_name_are_not_all_one_person() -> None:
    """An erased patient has none: two of them share a made-up birth date, and nothing else."""
    erased = [Person(number, "", date(1900, 1, 1), "") for number in (1, 2)]
    assert list(duplicates.pairs(erased)) == []


NAMES = st.lists(st.sampled_from(["tan", "mei", "ruiz", "ana", "anna", "jun", ""]), min_size=1, max_size=3).map(
    " ".join
)
BORN = st.dates(date(1970, 1, 1), date(1972, 12, 31)) | st.sampled_from([date(1971, 3, 4), date(1971, 4, 3)])
PEOPLE = st.lists(
    st.builds(Person, st.integers(1, 30), NAMES, BORN, st.sampled_from(["", "107", "5550107", "5550999"])),
    max_size=8,
    unique_by=lambda one: one.number,
)


@given(PEOPLE, st.randoms())
def test_the_pairs_do_not_depend_on_the_order_of_the_records(people: list[Person], random: object) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = list(duplicates.pairs(shuffled))
    assert found == list(duplicates.pairs(people)) == sorted(set(found))
    assert all(pair.one < pair.other and pair.why for pair in found), "never a person with themselves"


ONE_WAY = [Person(1, "tan ana anna", date(1971, 3, 4), ""), Person(2, "ana ana ana", date(1971, 3, 4), "")]
"""difflib finds them alike from one side only."""


@given(PEOPLE)
@example(ONE_WAY)
def test_why_is_the_same_from_either_side(people: list[Person]) -> None:
    for one in people:
        for other in people:
            assert duplicates.reasons(one, other) == duplicates.reasons(other, one)
