"""ITEMS: what was put where, as typed at the end of a consultation, and every way it can be refused."""

# ruff: noqa: E501 - the tables are wide

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.parse.tables import anything, noise, read_or_refused, refused, rows, slips
from tpi_cli.commands.parse.items import Stock, items, written
from tpi_cli.reference import agents, muscles
from tpi_cli.reference.agents import Agent
from tpi_cli.rules.values import Dose, Place, Shot, Strength, totals

NOTHING_OWN = Stock((), {})
ONE_PER_CENT = Stock((), {"lidocaine": (Strength(Decimal(1), "%"),)})

UNDERSTOOD = """
typed                                             | understood
ut l lidocaine 1% 1ml                             | upper trapezius L lidocaine 1% 1 mL
ut l, ls l lido 1% 1ml each                       | upper trapezius L, levator scapulae L lidocaine 1% 1 mL each
ut l ls l lido 1% 1ml total                       | upper trapezius L, levator scapulae L lidocaine 1% 1 mL total
UT-L LIDO 1% 1ML                                  | upper trapezius L lidocaine 1% 1 mL
ut-l, lido 1 % 1 mL                               | upper trapezius L lidocaine 1% 1 mL
upper trapezius L normal saline 1ml               | upper trapezius L normal saline 0.9% 1 mL
trapezius_upper left normal_saline 1ml            | upper trapezius L normal saline 0.9% 1 mL
ut l lido 1% .5ml                                 | upper trapezius L lidocaine 1% 0.5 mL
ut l lido 10mg/ml 0.50ml                          | upper trapezius L lidocaine 10 mg/mL 0.5 mL
ut l lido 10 mg/ml 1.0 ml                         | upper trapezius L lidocaine 10 mg/mL 1 mL
ut l lido 10mg                                    | upper trapezius L lidocaine 10 mg
ut l lido 1% 5ml 50mg                             | upper trapezius L lidocaine 1% 5 mL
ut l lido 1% 50mg 5ml                             | upper trapezius L lidocaine 1% 5 mL
ut l lido 3% 1ml                                  | upper trapezius L lidocaine 3% 1 mL
ut l lido 1% epi 1:200000 2ml                     | upper trapezius L lidocaine 1% epi 1:200000 2 mL
ut l bupi 0.25% EPI 1:100000 2ml                  | upper trapezius L bupivacaine 0.25% epi 1:100000 2 mL
ut l lido 1% 1ml + triam 40mg/ml 0.5ml            | upper trapezius L lidocaine 1% 1 mL + triamcinolone acetonide 40 mg/mL 0.5 mL
ut l lido 1% 1ml+triam 10mg                       | upper trapezius L lidocaine 1% 1 mL + triamcinolone acetonide 10 mg
ut l lido 1% 1ml +dexa 4mg/ml 1ml+ ns 1ml         | upper trapezius L lidocaine 1% 1 mL + dexamethasone 4 mg/mL 1 mL + normal saline 0.9% 1 mL
ut l depo-medrol 40mg/ml 1ml                      | upper trapezius L methylprednisolone acetate 40 mg/mL 1 mL
ut l 2-chloroprocaine 2% 1ml                      | upper trapezius L chloroprocaine 2% 1 mL
ut l botox 20units                                | upper trapezius L onabotulinumtoxin a 20 units
ut l botox 50units/ml 0.4ml                       | upper trapezius L onabotulinumtoxin a 50 units/mL 0.4 mL
ut l neurobloc 2500 units                         | upper trapezius L rimabotulinumtoxin b 2500 units
ut l betameth 1ml                                 | upper trapezius L betamethasone 6 mg/mL 1 mL
ut l dry                                          | upper trapezius L dry
ut both dry                                       | upper trapezius L, upper trapezius R dry
ut both x3 dry                                    | upper trapezius L x3, upper trapezius R x3 dry
ut l x3, ls r X 5, mt r dry                       | upper trapezius L x3, levator scapulae R x5, middle trapezius R dry
ut both lido 1% 1ml each                          | upper trapezius L, upper trapezius R lidocaine 1% 1 mL each
ut l dry each                                     | upper trapezius L dry
ut both dry total                                 | upper trapezius L, upper trapezius R dry
ut l lido 1% 1ml each                             | upper trapezius L lidocaine 1% 1 mL
ut l lido 1% 1ml TOTAL                            | upper trapezius L lidocaine 1% 1 mL
pir mid dry                                       | piriformis mid dry
ut l dry ls r lido 1% 1ml                         | upper trapezius L dry, levator scapulae R lidocaine 1% 1 mL
ut l lido 1% 1ml, ut l dry                        | upper trapezius L lidocaine 1% 1 mL, upper trapezius L dry
ut l lido 1% 1ml ls l triam 10mg ql r ns 2ml      | upper trapezius L lidocaine 1% 1 mL, levator scapulae L triamcinolone acetonide 10 mg, quadratus lumborum R normal saline 0.9% 2 mL
ut l,ls l,lido 1% 1ml each,ql l dry               | upper trapezius L, levator scapulae L lidocaine 1% 1 mL each, quadratus lumborum L dry
long head of triceps l lido 1% 1ml                | triceps long head L lidocaine 1% 1 mL
is l is r lido 0.5% 0.0001ml each                 | infraspinatus L, infraspinatus R lidocaine 0.5% 0.0001 mL each
ut l lido 1% 1000ml                               | upper trapezius L lidocaine 1% 1000 mL
"""

REFUSED = """
typed                              | caret           | words                                            | hint
ut l, ls l lido 1% 1ml             | lido 1% 1ml     | 1 mL for each of 2 sites, or 1 mL in total?      | add 'each' or 'total'
ut both lido 1% .5ml               | lido 1% .5ml    | 0.5 mL for each of 2 sites, or 0.5 mL in total?  | add 'each' or 'total'
ut both botox 20units              | botox 20units   | 20 units for each of 2 sites, or 20 units in total? | add 'each' or 'total'
ut l ls both lido 1% 1ml + triam 10mg | lido 1% 1ml + triam 10mg | 1 mL + 10 mg for each of 3 sites | add 'each' or 'total'
ut both lido 1% 1ml, ls l dry      | lido 1% 1ml     | 1 mL for each of 2 sites                         | add 'each' or 'total'
ut lido 1% 1ml                     | ut              | which side? upper trapezius is paired            | ut l, ut r or ut both
upper trap lido 1% 1ml             | upper trap      | which side? upper trapezius is paired            | upper trap l, upper trap r or upper trap both
ut 1 lido 1% 1ml                   | ut              | which side? upper trapezius is paired            | ut l, ut r or ut both
ut dry                             | ut              | which side? upper trapezius is paired            | ut l, ut r or ut both
ut, ls l dry                       | ut              | which side? upper trapezius is paired            | ut l, ut r or ut both
ut ls l dry                        | ut              | which side? upper trapezius is paired            | ut l, ut r or ut both
ut l ls lido 1% 1ml                | ls              | which side? levator scapulae is paired           | ls l, ls r or ls both
ut l, ls, lido 1% 1ml              | ls              | which side? levator scapulae is paired           | ls l, ls r or ls both
left ut dry                        | left            | the side comes after the muscle                  | write ut left
ut l r dry                         | r               | a second side                                    | write both
trapezius l dry                    | trapezius       | upper trapezius, middle trapezius or lower trapezius | write ut, mt or lt
trapezius lido 1% 1ml              | trapezius       | upper trapezius, middle trapezius or lower trapezius | write ut, mt or lt
utt l lido 1% 1ml                  | utt             | no muscle is called 'utt'                        | did you mean upper trapezius (ut)?
uper trapezius l dry               | uper trapezius  | no muscle is called 'uper trapezius'             | did you mean upper trapezius (ut)
infraspinats l dry                 | infraspinats    | no muscle is called 'infraspinats'               | did you mean infraspinatus
elbow l dry                        | elbow           | no muscle is called 'elbow'                      | tpi muscle list
ut l and ls l dry                  | and             | 'and' is not needed                              | leave it out
ut l ut l dry                      | ut l            | upper trapezius L is listed twice                | x2
ut both, ut-r dry                  | ut-r            | upper trapezius R is listed twice                | x2
ut l                               | l               | what was given?                                  | lidocaine 1% 1ml, or dry
ut l, ls r                         | r               | what was given?                                  | lidocaine 1% 1ml, or dry
ut l lido 1% 1ml, ls r             | r               | what was given?                                  | lidocaine 1% 1ml, or dry
lido 1% 1ml                        | lido            | a muscle and its side come first                 | ut l lidocaine 1% 1ml
lido ut l 1% 1ml                   | lido            | a muscle and its side come first                 | ut l lidocaine 1% 1ml
ut l lido 1% 1ml triam 10mg        | triam           | a muscle and its side come first                 | joined with +
ut l lido 1% 1ml, triam 10mg       | triam           | a muscle and its side come first                 | joined with +
dry                                | dry             | a muscle and its side come first                 | ut l
1ml                                | 1               | a muscle and its side come first                 | ut l
each                               | each            | at the end of a mix                              | 1ml each
ut l lido 1% 1ml each total        | total           | stands once, at the end of a mix                 | 1ml total
, ut l dry                         | ,               | a muscle and its side come first                 | ut l
ut l,, ls r dry                    | ,               | nothing follows the comma                        | leave it out
ut l dry,                          | ,               | nothing follows the comma                        | leave it out
ut l lidocane 1% 1ml               | lidocane        | no drug is called 'lidocane'                     | did you mean lidocaine
ut l lido1% 1ml                    | lido1           | no drug is called 'lido1'                        | did you mean lidocaine?
ut l unobtainium 1ml               | unobtainium     | no drug is called 'unobtainium'                  | tpi agent list
ut l steroid 10mg                  | steroid         | could be triamcinolone acetonide, methylprednisolone acetate | write triamcinolone acetonide
ut l 1% lido 1ml                   | 1               | which drug? its name comes first                 | lidocaine 1% 1ml
ut l + lido 1% 1ml                 | +               | which drug? its name comes first                 | lidocaine 1% 1ml
ut l lido 1% 1ml +                 | +               | what was given?                                  | lidocaine 1% 1ml, or dry
ut l lido                          | lido            | how much lidocaine?                              | 1ml
ut l lido ls r dry                 | lido            | how much lidocaine?                              | 1ml
ut l lido + triam 10mg             | lido            | how much lidocaine?                              | 1ml
ut l botox                         | botox           | how much onabotulinumtoxinA?                     | 20units
ut l lido 1%                       | 1%              | how many mL of lidocaine 1%?                     | 1ml
ut l lido 1% 10mg                  | 1% 10mg         | how many mL of lidocaine 1%?                     | write 1% 1ml
ut l lido 3% 10mg                  | 3% 10mg         | how many mL of lidocaine 3%?                     | the mass alone
ut l lido 1ml                      | 1ml             | which strength of lidocaine: 0.5%, 1% or 2%?     | before 1 mL
ut l triam 1ml                     | 1ml             | which strength of triamcinolone acetonide: 10 mg/mL or 40 mg/mL? | before 1 mL
ut l botox 1ml                     | 1ml             | which strength of onabotulinumtoxinA?            | or the mass alone
ut l lido 1ml 10mg                 | 1ml             | 10 mg in 1 mL: which strength is it?             | or the mass alone
ut l lido 1% 5ml 40mg              | 40mg            | 1% x 5 mL is 50 mg, not 40 mg                    | leave out the mass
ut l botox 50units/ml 1ml 40units  | 40units         | 50 units/mL x 1 mL is 50 units, not 40 units     | leave out the mass
ut l lido 1% 2% 1ml                | 2%              | two strengths: 1% and 2%                         | keep one
ut l lido 1% 10mg/ml 1ml           | 10mg/ml         | two strengths: 1% and 10 mg/mL                   | keep one
ut l lido 1% 1ml 2ml               | 2ml             | two volumes: 1 mL and 2 mL                       | keep one
ut l lido 10mg 20mg                | 20mg            | two masses: 10 mg and 20 mg                      | keep one
ut l lido 1ml 1%                   | 1%              | the strength comes before the volume             | write 1% 1 mL
ut l lido 1% 1,5ml                 | 1,5             | a comma inside '1,5'                             | write 1.5ml
ut l lido 0,25% 1ml                | 0,25            | a comma inside '0,25'                            | write 0.25%
ut l lido 1% 1,000ml               | 1,000           | a comma inside '1,000'                           | write 1ml or 1000ml
ut l lido 1% 0,500ml               | 0,500           | a comma inside '0,500'                           | write 0.5ml
ut l lido 1% 1                     | 1               | 1 what? a number needs its unit                  | ml, mg, units
ut l lido 1 ls r dry               | 1               | 1 what? a number needs its unit                  | ml, mg, units
ut l lido 1% 5 each                | 5               | 5 what? a number needs its unit                  | ml, mg, units
ut l lido 1% 1cc                   | cc              | unknown unit 'cc'                                | write 1ml
ut l botox 20u                     | u               | unknown unit 'u'                                 | write 20units
ut l botox 20 iu                   | iu              | unknown unit 'iu'                                | write 20units
ut l botox 50u/ml 1ml              | u/ml            | unknown unit 'u/ml'                              | write 50units/ml
ut l lido 1% 1mk                   | mk              | unknown unit 'mk'                                | ml, mg, units
ut l dexa 400mcg                   | mcg             | unknown unit 'mcg'                               | write it in mg
ut l lido 0mg                      | 0               | more than 0                                      | leave it out
ut l lido 1% 0.0ml                 | 0.0             | more than 0                                      | leave it out
ut l lido 0% 1ml                   | 0               | more than 0                                      | leave it out
ut l lido 1% -1ml                  | -1              | more than 0                                      | write 1ml
ut l lido 1% 05ml                  | 05              | '05' could be 5 or 0.5                           | write 5ml or 0.5ml
ut l lido 1% 1.2.3ml               | 1.2.3           | '1.2.3' is not a number                          | 1.5ml
ut l lido 1% 0.12345ml             | 0.12345         | at most 4 decimals                               | round it
ut l lido 1% 1001ml                | 1001            | 1001 mL is over 1,000                            | check the number
ut l lido 1000.1mg                 | 1000.1          | 1000.1 mg is over 1,000                          | check the number
ut l botox 10001units              | 10001           | 10001 units is over 10,000                       | check the number
ut l lido 101% 1ml                 | 101             | a percentage is at most 100                      | check the number
ut l botox 20mg                    | 20mg            | onabotulinumtoxinA is measured in units          | 20units
ut l botox 1% 1ml                  | 1%              | onabotulinumtoxinA is measured in units          | 50units/ml
ut l lido 20units                  | 20units         | lidocaine is measured in mg                      | 10mg
ut l lido 50units/ml 1ml           | 50units/ml      | lidocaine is measured in mg                      | 10mg/ml 1ml
ut l lido 1% epi 1:50000 1ml       | epi 1:50000     | 1:100000 or 1:200000                             | write epi 1:200000
ut l lido 1% epi 1:200,000 1ml     | epi 1:200,000   | 1:100000 or 1:200000                             | write epi 1:200000
ut l lido 1% epi 1ml               | epi             | 1:100000 or 1:200000                             | write epi 1:200000
ut l lido 1% epi                   | epi             | 1:100000 or 1:200000                             | write epi 1:200000
ut l lido 1% 1:200000 1ml          | 1:200000        | a ratio belongs to epi                           | write epi 1:200000
ut l lido 1% 1ml epi 1:200000      | epi             | after the strength of a local anaesthetic        | lidocaine 1% epi 1:200000 1ml
ut l lido epi 1:200000 1ml         | epi             | after the strength of a local anaesthetic        | lidocaine 1% epi 1:200000 1ml
ut l epi 1:200000                  | epi             | after the strength of a local anaesthetic        | lidocaine 1% epi 1:200000 1ml
ut l lido 1% 1ml + epinephrine 0.01mg/ml 1ml | epinephrine | after the strength of a local anaesthetic | lidocaine 1% epi 1:200000 1ml
ut l lido 1% epi 1:200000 epi 1:200000 1ml | epi     | epi is written twice                             | keep one
ut l lido 1% with epi 1:200000 1ml | with            | 'with' is not understood here                    | lidocaine 1% epi 1:200000 1ml
ut l triam 10mg/ml epi 1:200000 1ml | epi            | triamcinolone acetonide is not a local anaesthetic | leave out epi
ut l dry + lido 10mg               | dry +           | dry needling has no drug                         | leave out dry
ut l lido 10mg + dry               | dry             | dry needling has no drug                         | leave out dry
ut l dry_needling                  | dry_needling    | dry needling has no drug                         | write dry
ut l x0 dry                        | 0               | a whole number from 1 to 99                      | write x3
ut l x100 dry                      | 100             | a whole number from 1 to 99                      | write x3
ut l x2.5 dry                      | 2.5             | a whole number from 1 to 99                      | write x3
ut l x dry                         | x               | a whole number from 1 to 99                      | write x3
ut l 3x dry                        | 3x              | needle passes come after an x                    | write x3
"""

PIECES = [
    "ut", "ut-l", "ls", "upper", "trapezius", "l", "r", "both", "mid", ",", "+", "x3", "x", "3", "lido", "lidocaine",
    "1%", "1", "%", "1ml", "ml", "10mg", "mg", "1,5ml", "units", "20units", "botox", "10mg/ml", "each", "total",
    "dry", "epi", "1:200000", ".5ml", "normal saline", "triam", "steroid", "0", "-1ml", "1.2.3",
]  # fmt: skip
VALID = [row[0] for row in rows(UNDERSTOOD)]


def plainly(typed: str) -> tuple[Shot, ...]:
    return items(typed, NOTHING_OWN)


@pytest.mark.parametrize(("typed", "understood"), rows(UNDERSTOOD))
def test_a_list_is_understood_and_said_back(typed: str, understood: str) -> None:
    assert written(plainly(typed)) == understood
    assert plainly(understood) == plainly(typed)


@pytest.mark.parametrize(("typed", "caret", "words", "hint"), rows(REFUSED))
def test_what_can_be_read_two_ways_is_refused(typed: str, caret: str, words: str, hint: str) -> None:
    refused(plainly, typed, caret, words, hint)


@pytest.mark.parametrize("typed", ["", "  ", "\n", "ut l dry " * 500, "ut l lido 1% " + "1" * 30 + "ml"])
def test_nothing_and_too_much_are_refused(typed: str) -> None:
    assert read_or_refused(plainly, typed) is None


def test_the_values_of_a_whole_session() -> None:
    typed = "ut both x3 lido 1% epi 1:200000 1ml + triam 10mg each, ls r botox 50units/ml 0.4ml, ql l dry"
    assert plainly(typed) == (
        Shot(
            (Place("trapezius_upper", "L", 3), Place("trapezius_upper", "R", 3)),
            (
                Dose("lidocaine", Strength(Decimal(1), "%"), Decimal(1), None, "mg", 200_000),
                Dose("triamcinolone_acetonide", mass=Decimal(10), mass_unit="mg"),
            ),
            "each",
        ),
        Shot(
            (Place("levator_scapulae", "R"),),
            (Dose("onabotulinumtoxin_a", Strength(Decimal(50), "units/mL"), Decimal("0.4"), None, "units"),),
        ),
        Shot((Place("quadratus_lumborum", "L"),)),
    )
    assert totals(plainly(typed)) == {
        ("lidocaine", "mg"): Decimal(20),
        ("triamcinolone_acetonide", "mg"): Decimal(20),
        ("onabotulinumtoxin_a", "units"): Decimal(20),
    }


def test_a_strength_may_be_left_out_where_the_clinic_stocks_one() -> None:
    assert written(items("ut l lido 2ml", ONE_PER_CENT)) == "upper trapezius L lidocaine 1% 2 mL"
    assert written(items("ut l lido 2% 2ml", ONE_PER_CENT)) == "upper trapezius L lidocaine 2% 2 mL"


def test_the_clinics_strengths_are_named_when_there_are_several() -> None:
    two = Stock((), {"lidocaine": (Strength(Decimal(1), "%"), Strength(Decimal(2), "%"))})
    refused(
        lambda text: items(text, two),
        "ut l lido 2ml",
        "2ml",
        "which strength of lidocaine: 1% or 2%?",
        "before",
    )
    none = Stock((), {"lidocaine": ()})
    refused(lambda text: items(text, none), "ut l lido 2ml", "2ml", "lidocaine: 0.5%, 1% or 2%?", "before 2 mL")


def test_a_clinics_own_agent_is_known_and_shadows_a_shipped_one() -> None:
    own = Agent("articaine_4", "articaine", "local_anaesthetic", strengths=(Strength(Decimal(4), "%"),))
    weak = agents.all_agents()["lidocaine"]._replace(name="house lidocaine", strengths=(Strength(Decimal("0.5"), "%"),))
    stock = Stock((own, weak), {})
    shots = items("ut l articaine 4% epi 1:200000 1ml, ls l articaine 1ml", stock)
    assert written(shots) == (
        "upper trapezius L articaine_4 4% epi 1:200000 1 mL, levator scapulae L articaine_4 4% 1 mL"
    )
    assert items(written(shots), stock) == shots
    for name in ("lidocaine", "house lidocaine", "lido"):
        assert written(items(f"ut l {name} 1ml", stock)) == "upper trapezius L lidocaine 0.5% 1 mL"
    hint = "did you mean articaine"
    refused(lambda text: items(text, stock), "ut l articane 1ml", "articane", "no drug is called", hint)


def test_a_drug_may_have_a_sides_letter_in_its_name() -> None:
    own = Agent("kenacort_l", "Kenacort-L", strengths=(Strength(Decimal(10), "mg/mL"),))
    stock = Stock((own,), {})
    shots = items("ut l kenacort-l 1ml, ls r kenacort l 2mg", stock)
    assert [dose.agent for shot in shots for dose in shot.doses] == ["kenacort_l", "kenacort_l"]
    assert items(written(shots), stock) == shots


def test_no_name_is_both_a_muscle_and_a_drug() -> None:
    for one in agents.all_agents().values():
        assert not any(muscles.by_name(word) for word in (one.agent, one.name, *one.aliases, *one.shared))


LAS = [one for one in agents.all_agents().values() if one.agent_class == "local_anaesthetic"]
DRUGS = [one for one in agents.all_agents().values() if one.agent_class not in ("none", "vasoconstrictor_additive")]

amounts = st.decimals(Decimal("0.0001"), Decimal(1000), places=4)
percents = st.decimals(Decimal("0.0001"), Decimal(100), places=4)
passes = st.none() | st.integers(1, 99)
places = st.builds(Place, st.sampled_from(sorted(muscles.all_muscles())), st.sampled_from(["L", "R", "mid"]), passes)


@st.composite
def doses(draw: st.DrawFn) -> Dose:
    agent = draw(st.sampled_from(DRUGS))
    if draw(st.booleans()):
        return Dose(agent.agent, mass=draw(amounts), mass_unit=agent.unit)
    if agent.unit == "units":
        strength = Strength(draw(amounts), "units/mL")
    else:
        strength = draw(st.builds(Strength, percents, st.just("%")) | st.builds(Strength, amounts, st.just("mg/mL")))
    epi = draw(st.sampled_from([None, 100_000, 200_000])) if agent in LAS else None
    return Dose(agent.agent, strength, draw(amounts), None, agent.unit, epi)


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    at = draw(st.lists(places, min_size=1, max_size=4, unique_by=lambda place: place[:2]))
    mix = draw(st.lists(doses(), max_size=3))
    sharing = draw(st.sampled_from(["each", "total"])) if len(at) > 1 and mix else None
    return Shot(tuple(at), tuple(mix), sharing)


@settings(max_examples=300, deadline=None)
@given(st.lists(shots(), min_size=1, max_size=4))
def test_every_list_that_can_be_given_reads_back_from_its_text(given_shots: list[Shot]) -> None:
    text = written(given_shots)
    if len(text) <= 4_000:
        assert plainly(text) == tuple(given_shots)
        assert written(plainly(text)) == text
        assert plainly(text.replace(", ", " ").upper()) == tuple(given_shots)


@settings(max_examples=1_000, deadline=None)
@given(anything(PIECES) | slips(VALID))
def test_no_text_does_anything_but_read_back_or_be_refused(typed: str) -> None:
    found = read_or_refused(plainly, typed)
    if found is not None:
        assert plainly(written(found)) == found
        assert all(len(shot.places) == 1 or not shot.doses or shot.sharing for shot in found)


def test_ten_thousand_random_texts_are_answered_in_no_time() -> None:
    started = time.monotonic()
    for typed in noise(PIECES, 10_000, seed=5):
        read_or_refused(plainly, typed)
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "piece", ["ut l ", "l ", "a ", ",", "1", "1,", "a-l-", "x", "1 ", "ut-l,", "ut l ns 1ml+", "-"]
)
def test_four_thousand_characters_of_one_thing_are_answered_at_once(piece: str) -> None:
    started = time.monotonic()
    read_or_refused(plainly, (piece * 4_000)[:4_000])
    read_or_refused(plainly, ("ut l lido 1% 1ml " + piece * 4_000)[:4_000])
    assert time.monotonic() - started < 2
