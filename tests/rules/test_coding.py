"""What a coder might bill for a patient's day: tables a coder can read, and the laws behind them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands.reading import rows
from tpi_cli.reference.codes import all_codes
from tpi_cli.rules.coding import SIDES, Code, Place, Session, Suggestion, billed, muscles, suggest
from tpi_cli.rules.values import Dose, Strength

DAY = date(2026, 11, 23)


def places(text: str) -> tuple[Place, ...]:
    """`trapezius L lidocaine+dextrose, soleus R dry`."""
    found = [place.split() for place in text.split(",")]
    return tuple(Place(key, side, () if what == "dry" else tuple(what.split("+"))) for key, side, what in found)


def day(text: str) -> tuple[Session, ...]:
    """The sessions of a day, parted by `/`."""
    return tuple(Session(places(session)) for session in text.split("/"))


def of_kind(kind: str, found: tuple[Suggestion, ...]) -> list[Suggestion]:
    return [one for one in found if one.kind == kind]


PROCEDURES = """
what was done                                                    | once  | each
trapezius L lidocaine                                            | 20552 | 20552
trapezius L lidocaine, soleus L lidocaine                        | 20552 | 20552
trapezius L lidocaine, soleus L lidocaine, deltoid L saline      | 20553 | 20553
# the parts of a muscle are one muscle, and so are two needles in it
trapezius L lidocaine, trapezius L lidocaine, trapezius L saline | 20552 | 20552
# both sides: coders do not agree
trapezius L lidocaine, trapezius R lidocaine                     | 20552 | 20552
trapezius L lidocaine, trapezius R lidocaine, soleus L lidocaine | 20552 | 20553
deltoid L botox, deltoid R botox, soleus L botox, soleus R botox | 20552 | 20553
# all sessions of the day are counted together, and one code stands for all of them
trapezius L lidocaine / soleus L lidocaine / deltoid L lidocaine | 20553 | 20553
trapezius L lidocaine / trapezius L lidocaine                    | 20552 | 20552
# a dry needle
trapezius L dry                                                  | 20560 | 20560
trapezius L dry, soleus L dry, deltoid L dry                     | 20561 | 20561
trapezius L dry, trapezius R dry, soleus L dry                   | 20560 | 20561
# beside an injection it is not counted
trapezius L lidocaine, soleus L dry, deltoid L dry               | 20552 | 20552
trapezius L dry, soleus L dry, deltoid L dry / soleus R saline   | 20552 | 20552
# prolotherapy and biologics are no trigger point injection to a payer
trapezius L dextrose                                             | -     | -
trapezius L biologic_or_unapproved                               | -     | -
trapezius L lidocaine+dextrose, soleus L lidocaine               | 20552 | 20552
trapezius L lidocaine, soleus L dextrose, deltoid L dextrose     | 20552 | 20552
trapezius L lidocaine / trapezius L dextrose                     | -     | -
trapezius L dextrose, trapezius R lidocaine                      | 20552 | 20552
trapezius L dextrose, soleus L dry                               | 20560 | 20560
"""


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize(("done", "once", "each"), rows(PROCEDURES), ids=[row[0] for row in rows(PROCEDURES)])
def test_the_procedure_of_a_day(done: str, once: str, each: str, sides: str) -> None:
    expected = {"once": once, "each": each}[sides]
    coded = [one for one in of_kind("procedure", suggest(DAY, day(done), all_codes(), sides)) if one.code]
    assert [(one.code, one.units) for one in coded] == ([] if expected == "-" else [(expected, 1)])


NOTES = """
what was done                                                    | sides | note
trapezius L lidocaine                                            | once  | -
trapezius L lidocaine, trapezius R lidocaine                     | once  | each side counted apart it would be 2: 20552
trapezius L lidocaine, trapezius R lidocaine, soleus L saline    | once  | each side counted apart it would be 3: 20553
trapezius L lidocaine, trapezius R lidocaine, soleus L saline    | each  | both sides counted once it would be 2: 20552
trapezius L dry, trapezius R dry, soleus L dry                   | once  | each side counted apart it would be 3: 20561
trapezius L lidocaine, soleus L dry                              | once  | needled dry and not counted: soleus L
"""


@pytest.mark.parametrize(("done", "sides", "note"), rows(NOTES), ids=[f"{row[0]} {row[1]}" for row in rows(NOTES)])
def test_what_is_disputed_or_left_out_is_said(done: str, sides: str, note: str) -> None:
    found = suggest(DAY, day(done), all_codes(), sides)[0]
    assert found.note == (None if note == "-" else note)
    assert found.sure is not any(other in note for other in ({"20552", "20553", "20560", "20561"} - {found.code})), (
        "a code that the other count would change is one to check"
    )


@pytest.mark.parametrize(
    ("agent", "said", "source"),
    [
        ("dextrose", "prolotherapy is no trigger point injection", "prolotherapy-billing"),
        ("biologic_or_unapproved", "the whole claim may be refused", "verity-mac-2024"),
    ],
)
def test_a_muscle_that_does_not_count_has_a_line_that_says_why(agent: str, said: str, source: str) -> None:
    found = of_kind("procedure", suggest(DAY, day(f"soleus L saline, trapezius L {agent}"), all_codes()))
    assert [one.code for one in found] == ["20552", None]
    line = found[1]
    assert line.why == f"trapezius L: not counted after {agent.replace('_', ' ')}"
    assert said in str(line.note)
    assert (line.units, line.sure, line.source) == (None, False, source)


def test_dry_needling_has_codes_since_2020() -> None:
    before, since = (suggest(on, day("soleus L dry"), all_codes())[0] for on in (date(2019, 12, 31), date(2020, 1, 1)))
    assert (before.code, before.sure, before.note) == (None, False, "no code on file for that day")
    assert (since.code, since.sure) == ("20560", True)


def test_dry_needling_beside_prolotherapy_is_to_be_checked() -> None:
    assert not suggest(DAY, day("trapezius L dextrose, soleus L dry"), all_codes())[0].sure


def test_an_agent_of_no_known_kind_makes_the_procedure_one_to_check() -> None:
    own = Session(places("trapezius L local_mix"), unclassed=frozenset({"local_mix", "other_mix"}))
    found = suggest(DAY, [own], all_codes())[0]
    assert (found.code, found.sure) == ("20552", False)
    assert found.note == "local mix is of no kind on file: check that it may be counted"


def doses(text: str) -> tuple[Dose, ...]:
    """`lidocaine 10 mg, lidocaine 5 mg epi, normal_saline 2 mL`: saline goes in by volume, at 0.9 %."""
    return tuple(_dose(*dose.split()) for dose in text.split(","))


def _dose(agent: str, amount: str, unit: str, epi: str = "") -> Dose:
    if unit == "mL":
        return Dose(agent, Strength(Decimal("0.9"), "%"), Decimal(amount))
    return Dose(agent, mass=Decimal(amount), mass_unit=unit, epinephrine=200000 if epi else None)


DRUGS = """
day        | given                                                       | code  | units | sure
# whole billing units, rounded up once for the day
2026-11-23 | methylprednisolone_acetate 40 mg                            | J1010 | 40    | yes
2026-11-23 | methylprednisolone_acetate 40.5 mg                          | J1010 | 41    | yes
2026-11-23 | methylprednisolone_acetate 0.3 mg                           | J1010 | 1     | yes
2026-11-23 | bupivacaine 2.5 mg, bupivacaine 2.6 mg                      | J0665 | 11    | yes
2026-11-23 | ropivacaine 10 mg, ropivacaine 10 mg                        | J2795 | 20    | yes
# a code or unit that no source bears out is shown, and to be checked
2026-11-23 | triamcinolone_acetonide 12 mg                               | J3301 | 2     | check
2026-11-23 | triamcinolone_acetonide 4 mg, triamcinolone_acetonide 4 mg  | J3301 | 1     | check
2026-11-23 | lidocaine 30 mg                                             | J2003 | 30    | check
2026-11-23 | lidocaine 30 mg epi                                         | J2004 | 30    | check
2026-11-23 | betamethasone 6 mg                                          | J0702 | 1     | check
2026-11-23 | ketorolac 30 mg                                             | J1885 | 2     | check
2026-11-23 | onabotulinumtoxin_a 50 units                                | J0585 | 50    | check
2026-11-23 | rimabotulinumtoxin_b 2500 units                             | J0587 | 25    | check
2026-11-23 | normal_saline 12 mL                                         | A4216 | 2     | check
2026-11-23 | normal_saline 9 mg                                          | A4216 | -     | check
2026-11-23 | procaine 20 mg                                              | J3490 | -     | check
# epinephrine without a code of its own: the plain one, to be checked
2026-11-23 | bupivacaine 2.5 mg epi                                      | J0665 | 5     | check
# no code known
2026-11-23 | prilocaine 10 mg                                            | -     | -     | check
2026-11-23 | dextrose 100 mg                                             | -     | -     | check
2026-11-23 | local_mix 2 mg                                              | -     | -     | check
# by the day it was given
2024-04-01 | methylprednisolone_acetate 40 mg                            | J1010 | 40    | yes
2024-03-31 | methylprednisolone_acetate 40 mg                            | J1030 | 1     | check
2024-03-31 | methylprednisolone_acetate 20 mg                            | J1020 | 1     | check
2024-03-31 | methylprednisolone_acetate 60 mg                            | J1020 | 3     | check
2024-03-31 | methylprednisolone_acetate 80 mg                            | J1040 | 1     | check
2024-03-31 | methylprednisolone_acetate 5 mg                             | J1020 | 1     | check
2023-07-01 | bupivacaine 10 mg                                           | J0665 | 20    | yes
2023-06-30 | bupivacaine 10 mg                                           | -     | -     | check
2025-01-01 | lidocaine 10 mg                                             | J2003 | 10    | check
2024-12-31 | lidocaine 10 mg                                             | -     | -     | check
"""


@pytest.mark.parametrize(
    ("on", "what", "code", "units", "sure"), rows(DRUGS), ids=[f"{row[0]} {row[1]}" for row in rows(DRUGS)]
)
def test_a_drug_of_a_day(on: str, what: str, code: str, units: str, sure: str) -> None:
    (found,) = suggest(date.fromisoformat(on), [Session(doses=doses(what))], all_codes())
    told = (found.kind, found.code or "-", str(found.units or "-"), "yes" if found.sure else "check")
    assert told == ("drug", code, units, sure)
    assert found.sure or found.note, "what is to be checked says why"


def test_plain_and_with_epinephrine_are_two_lines() -> None:
    sessions = [Session(doses=doses("lidocaine 10 mg, lidocaine 20 mg epi")), Session(doses=doses("lidocaine 5 mg"))]
    found = suggest(DAY, sessions, all_codes())
    assert [(one.code, one.units) for one in found] == [("J2003", 15), ("J2004", 20)]
    assert found[1].why == "lidocaine with epinephrine 20 mg, billed per 1 mg"


def test_codes_in_force_together_are_named() -> None:
    (found,) = suggest(date(2024, 3, 31), [Session(doses=doses("methylprednisolone_acetate 40 mg"))], all_codes())
    assert found.note == "in force as well: J1020, J1040"


def test_a_local_anaesthetic_may_not_be_paid_apart() -> None:
    (found,) = suggest(DAY, [Session(doses=doses("ropivacaine 10 mg"))], all_codes())
    assert (found.note, found.sure) == ("Medicare counts a local anaesthetic as part of the procedure", True)


@pytest.mark.parametrize(
    ("on", "modifier"),
    [("2016-12-31", None), ("2017-01-01", None), ("2023-06-30", None), ("2023-07-01", "check JW or JZ")],
)
def test_a_modifier_is_asked_for_since_july_2023(on: str, modifier: str | None) -> None:
    session = Session(places("soleus L ropivacaine"), doses("ropivacaine 10 mg, dextrose 5 mg"), "M79.18")
    found = suggest(date.fromisoformat(on), [session], all_codes())
    assert {(one.kind, one.modifier) for one in found} == {
        ("procedure", None),
        ("drug", modifier),
        ("diagnosis", None),
    }


def test_the_day_of_the_modifier_is_the_tables() -> None:
    later = [code._replace(valid_from=date(2030, 1, 1)) if code.entry == "JZ" else code for code in all_codes()]
    (found,) = suggest(DAY, [Session(doses=doses("ropivacaine 10 mg"))], later)
    assert found.modifier is None


def test_the_number_of_muscles_is_the_tables() -> None:
    odd = [Code("A", "A", "injection", muscles_from=1, muscles_to=1), Code("B", "B", "injection", muscles_from=2)]
    assert suggest(DAY, day("soleus L saline"), odd)[0].code == "A"
    assert suggest(DAY, day("soleus L saline, deltoid L saline"), odd)[0].code == "B"
    assert not suggest(DAY, day("soleus L saline"), odd)[0].sure


def _hinted(diagnosis: str | None, *hints: tuple[str, str]) -> Session:
    return Session(tuple(Place(key, "L", ("lidocaine",), icd10) for key, icd10 in hints), (), diagnosis)


def test_the_sessions_own_diagnosis_goes_before_the_muscles_hints() -> None:
    own = _hinted("M54.2", ("trapezius", "M79.12"))
    bare = _hinted(None, ("soleus", "M79.18"), ("deltoid", "M79.18"), ("trapezius", "M79.12"), ("odd", ""))

    def diagnoses(*sessions: Session) -> list[tuple[str | None, bool, str]]:
        found = of_kind("diagnosis", suggest(DAY, sessions, all_codes()))
        return [(one.code, one.sure, one.why) for one in found]

    assert diagnoses(own) == [("M54.2", True, "recorded with the session")]
    assert diagnoses(bare) == [
        ("M79.12", False, "a hint for the coder, by muscle: trapezius"),
        ("M79.18", False, "a hint for the coder, by muscle: deltoid, soleus"),
    ]
    assert [code for code, *_ in diagnoses(bare, own)] == ["M54.2", "M79.12", "M79.18"]
    assert [one[:2] for one in diagnoses(own._replace(diagnosis="M79.18"), bare)] == [
        ("M79.18", True),
        ("M79.12", False),
    ]


def test_nothing_done_is_nothing_to_bill() -> None:
    assert suggest(DAY, [], all_codes()) == ()
    assert suggest(DAY, [Session()], all_codes()) == ()


AGENTS = st.sampled_from(["lidocaine", "bupivacaine", "triamcinolone_acetonide", "dextrose", "local_mix"])
PLACES = st.builds(
    Place,
    st.sampled_from(["trapezius", "soleus", "deltoid", "multifidus", "psoas_major"]),
    st.sampled_from(["L", "R"]),
    st.lists(AGENTS, max_size=2, unique=True).map(tuple),
    st.sampled_from(["", "M79.12", "M79.18"]),
)
DOSES = st.builds(
    Dose,
    AGENTS,
    strength=st.none(),
    volume=st.none(),
    mass=st.decimals("0.01", "999", places=2),
    mass_unit=st.just("mg"),
    epinephrine=st.sampled_from([None, 100000, 200000]),
)
SESSIONS = st.builds(
    Session,
    st.lists(PLACES, max_size=5).map(tuple),
    st.lists(DOSES, max_size=4).map(tuple),
    st.sampled_from([None, "M79.18", "M54.2"]),
    st.sampled_from([frozenset(), frozenset({"local_mix"})]),
)
DAYS = st.dates(date(2016, 1, 1), date(2027, 1, 1))


@given(DAYS, st.lists(SESSIONS, max_size=3), st.sampled_from(SIDES), st.randoms(use_true_random=False))
def test_the_order_of_what_was_done_does_not_matter(on: date, sessions: list[Session], sides: str, chance) -> None:  # type: ignore[no-untyped-def]
    def shuffled(session: Session) -> Session:
        return session._replace(
            places=tuple(chance.sample(session.places, len(session.places))),
            doses=tuple(chance.sample(session.doses, len(session.doses))),
        )

    mixed = [shuffled(session) for session in chance.sample(sessions, len(sessions))]
    assert suggest(on, mixed, all_codes(), sides) == suggest(on, sessions, all_codes(), sides)


RANK = {None: 0, "20560": 1, "20561": 2, "20552": 3, "20553": 4}
"""A muscle more moves a day up these, never down: an injection goes before a dry needle."""


@given(st.lists(SESSIONS, max_size=3), st.sampled_from(SIDES), st.sampled_from(["L", "R"]), st.booleans())
def test_a_muscle_more_never_lowers_the_procedure(
    sessions: list[Session], sides: str, side: str, injected: bool
) -> None:
    def rank(found: tuple[Suggestion, ...]) -> int:
        return max((RANK[one.code] for one in of_kind("procedure", found)), default=0)

    more = Session((Place("piriformis", side, ("lidocaine",) if injected else ()),))
    before, after = (suggest(DAY, what, all_codes(), sides) for what in (sessions, [*sessions, more]))
    assert rank(after) >= max(rank(before), 1)


@given(st.lists(SESSIONS, max_size=3), st.sampled_from(SIDES))
def test_one_procedure_a_day_in_one_unit(sessions: list[Session], sides: str) -> None:
    coded = [one for one in of_kind("procedure", suggest(DAY, sessions, all_codes(), sides)) if one.code]
    assert [one.units for one in coded] in ([], [1])


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["L", "R", "mid"]))))
def test_sides_counted_apart_are_never_fewer(spots: list[tuple[str, str]]) -> None:
    assert muscles(spots, "once") <= muscles(spots, "each") <= 3 * muscles(spots, "once")


@given(st.lists(st.decimals("0.001", "999", places=3), min_size=1), st.sampled_from(["0.5", "1", "3", "10", "15"]))
def test_units_cover_what_was_given_and_not_one_more(amounts: list[Decimal], unit: str) -> None:
    code = Code("X", "X", "drug", "a", unit_amount=Decimal(unit), unit="mg")
    units = billed(code, [Dose("a", mass=amount) for amount in amounts])
    assert units is not None
    assert (units - 1) * Decimal(unit) < sum(amounts) <= units * Decimal(unit)


@given(DAYS, st.lists(SESSIONS, max_size=3))
def test_every_dose_is_on_a_line(on: date, sessions: list[Session]) -> None:
    given_ = {(dose.agent, dose.epinephrine is None) for session in sessions for dose in session.doses}
    assert len(of_kind("drug", suggest(on, sessions, all_codes()))) == len(given_)
