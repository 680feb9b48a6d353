"""The rules of the screening one by one, at the edge of each: what they say, at which level, of which sites."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.cases import (
    DRUGS,
    DRY,
    GM_L,
    LIDO,
    LS_L,
    TODAY,
    UT_L,
    UT_R,
    ago,
    answered,
    case,
    findings,
    found,
    mg,
    ml,
    person,
    policy,
    shot,
    spot,
    text,
    visit,
)
from tpi_cli.reference import alerts, screening
from tpi_cli.rules import dose
from tpi_cli.rules.case import LEVELS, Alert, Case, Finding
from tpi_cli.rules.eligibility import Visit
from tpi_cli.rules.ledger import Steroid, Units
from tpi_cli.rules.past import Treated
from tpi_cli.rules.screening import TESTS, screened

# --- the whole


def test_nothing_to_say_is_nothing_said() -> None:
    assert findings(case()) == []


def test_all_findings_come_at_once_worst_first() -> None:
    who = person(Alert("allergy-amide", "rash"), Alert("vasovagal"), Alert("asthma-severe"), Alert("pregnancy"))
    plan = findings(case(who=who, consent=False))
    assert [(one.rule, one.level) for one in plan] == [
        ("allergy_amide", "block"),
        ("pregnancy", "override"),
        ("consent_missing", "warn"),
        ("vasovagal", "warn"),
        ("asthma_severe", "warn"),
    ]
    assert [(one.rule, one.level) for one in findings(case(who=who, consent=False), recording=True)] == [
        ("allergy_amide", "override"),
        ("consent_missing", "override"),
        ("pregnancy", "override"),
        ("vasovagal", "warn"),
        ("asthma_severe", "note"),
    ]


def test_what_stops_and_what_does_not() -> None:
    stops = {level: Finding("rule", level, "", "", "").stops for level in LEVELS}
    assert stops == {"block": True, "override": True, "warn": False, "note": False}


def test_a_finding_carries_its_words_source_and_revision() -> None:
    said = found(case(who=person(Alert("allergy-amide", "lidocaine: rash"))), "allergy_amide")
    rule = screening.shipped()["allergy_amide"]
    assert said == Finding("allergy_amide", "block", f"lidocaine: rash. {rule.words}", rule.source, "screening/1",
                           recording="override")  # fmt: skip
    own = found(case(who=person(Alert("vasovagal"))), "vasovagal", own={("vasovagal", "level"): "note"})
    assert own is not None
    assert own.revision == "screening/1+clinic"


def test_a_finding_with_nothing_to_add_is_the_rules_own_words() -> None:
    said = found(case(consent=False), "consent_missing")
    assert said is not None
    assert said.text == screening.shipped()["consent_missing"].words


@pytest.mark.parametrize("level", LEVELS)
def test_the_clinics_level_holds_where_it_weighs_more_too(level: str) -> None:
    deep = case(who=person(Alert("anticoagulant")), spots=[spot(UT_L, deep=True)])
    assert found(deep, "anticoagulant").level == "override"  # type: ignore[union-attr]
    assert found(deep, "anticoagulant", own={("anticoagulant", "level"): level}).level == level  # type: ignore[union-attr]


def test_a_raised_level_never_eases_a_rule() -> None:
    rule = screening.shipped()["anticoagulant"]._replace(planning="block")
    deep = case(who=person(Alert("anticoagulant")), spots=[spot(UT_L, deep=True)])
    assert [one.level for one in screened(deep, [rule], recording=False)] == ["block"]


def test_epinephrine_is_asked_of_the_dose() -> None:
    who = person(Alert("allergy-sulfite"))
    assert text(case(shot(mg("lidocaine", "1")), who=who), "allergy_sulfite") is None
    assert text(case(shot(mg("lidocaine", "1", 100000)), who=who), "allergy_sulfite") == ""


def test_every_rule_that_asks_more_than_its_alerts_is_a_rule() -> None:
    assert set(TESTS) <= set(screening.shipped())


@pytest.mark.parametrize(("starts", "ends", "holds"), [
    (None, None, True), (TODAY, None, True), (TODAY + timedelta(1), None, False),
    (None, TODAY, True), (None, ago(1), False), (ago(9), TODAY, True),
])  # fmt: skip
def test_a_rule_holds_between_its_days(starts: date | None, ends: date | None, holds: bool) -> None:
    rule = screening.shipped()["vasovagal"]._replace(starts=starts, ends=ends)
    assert bool(screened(case(who=person(Alert("vasovagal"))), [rule], recording=False)) is holds


def test_the_clinics_own_level_and_number() -> None:
    who = person(Alert("vasovagal"), Alert("pregnancy"))
    own = {("vasovagal", "level"): "block", ("pregnancy", "level"): "note", ("minor", "age"): "51"}
    levels = {one.rule: one.level for one in findings(case(who=who), own=own)}
    assert levels == {"vasovagal": "block", "pregnancy": "note", "minor": "override"}
    recorded = {one.rule: one.level for one in findings(case(who=who), own=own, recording=True)}
    assert recorded == {"vasovagal": "override", "pregnancy": "note", "minor": "override"}, "nothing done is refused"


def test_a_rule_about_an_agent_is_silent_without_it() -> None:
    kinds = ("allergy-amide", "allergy-ester", "allergy-sulfite", "allergy-steroid", "allergy-nsaid", "neuromuscular",
             "diabetes", "methaemoglobinaemia")  # fmt: skip
    assert findings(case(DRY, who=person(*map(Alert, kinds)))) == []


@pytest.mark.parametrize(("alert", "dose", "rule"), [
    ("allergy-amide", mg("lidocaine", "1"), "allergy_amide"),
    ("allergy-amide", mg("prilocaine", "1"), "allergy_amide"),
    ("allergy-ester", mg("chloroprocaine", "1"), "allergy_ester"),
    ("allergy-sulfite", mg("procaine", "1"), "allergy_sulfite"),
    ("allergy-sulfite", mg("lidocaine", "1", 200000), "allergy_sulfite"),
    ("allergy-paraben", mg("normal_saline", "9"), "allergy_paraben"),
    ("allergy-paraben", mg("bupivacaine", "1"), "allergy_paraben"),
    ("allergy-steroid", mg("dexamethasone", "1"), "allergy_steroid"),
    ("allergy-nsaid", mg("ketorolac", "15"), "allergy_nsaid"),
    ("neuromuscular", mg("abobotulinumtoxin_a", "20"), "neuromuscular_botulinum"),
])  # fmt: skip
def test_an_alert_meets_its_agent_wherever_it_is_in_the_plan(alert: str, dose: object, rule: str) -> None:
    plan = case(DRY, shot(mg("dextrose", "1"), dose, at=[LS_L]), who=person(Alert(alert)))  # type: ignore[arg-type]
    assert text(plan, rule) == ""
    assert text(plan._replace(shots=(DRY,)), rule) is None


# --- the person and the place


def test_every_text_of_the_alerts_is_told_once() -> None:
    who = person(Alert("red-flag", "night pain"), Alert("red-flag"), Alert("red-flag", "weight loss"),
                 Alert("red-flag", "night pain"))  # fmt: skip
    assert text(case(who=who), "red_flag") == "night pain, weight loss"


def test_an_infection_at_a_site_is_not_one_of_the_body() -> None:
    here, there, somewhere = (Alert("infection", "ut l", UT_L), Alert("infection", "ut r", UT_R), Alert("infection"))
    both = shot(mg("lidocaine", "1"), at=[LS_L, UT_L])
    assert text(case(both, who=person(here)), "infection_systemic") is None
    assert text(case(both, who=person(here)), "infection_local") == "upper L; ut l"
    assert found(case(both, who=person(here)), "infection_local").sites == (2,)  # type: ignore[union-attr]
    assert text(case(both, who=person(there)), "infection_local") is None
    assert text(case(both, who=person(somewhere)), "infection_systemic") == ""
    assert text(case(both, who=person(somewhere)), "infection_local") == "levator L, upper L"
    assert text(case(both, who=person(Alert("infection-local", "boil"))), "infection_systemic") is None
    assert text(case(both, who=person(Alert("infection", "fever"))), "infection_systemic") == "fever"
    assert text(case(both, who=person(Alert("infection", "fever"))), "infection_local") is None, "not at the site"
    assert text(case(both, who=person(Alert("trauma", "ut l", UT_L))), "acute_trauma") == "upper L; ut l"


@pytest.mark.parametrize(("texts", "deep", "level", "told"), [
    (["apixaban"], False, "warn", "apixaban"),
    ([None], False, "warn", ""),
    (["warfarin and aspirin"], False, "override", "warfarin and aspirin; several drugs at once"),
    (["warfarin, aspirin"], False, "override", "warfarin, aspirin; several drugs at once"),
    (["warfarin + aspirin"], False, "override", "warfarin + aspirin; several drugs at once"),
    (["warfarin / aspirin"], False, "override", "warfarin / aspirin; several drugs at once"),
    (["warfarin & aspirin"], False, "override", "warfarin & aspirin; several drugs at once"),
    (["warfarin; aspirin"], False, "override", "warfarin; aspirin; several drugs at once"),
    (["clopidogrel", "aspirin"], False, "override", "clopidogrel, aspirin; several drugs at once"),
    (["clopidogrel", None], False, "override", "clopidogrel; several drugs at once"),
    (["dabigatran since the band-aid"], False, "warn", "dabigatran since the band-aid"),
    (["apixaban 5 mg, twice daily"], False, "warn", "apixaban 5 mg, twice daily"),
    (["warfarin (INR 2.5, target 2-3)"], False, "warn", "warfarin (INR 2.5, target 2-3)"),
    (["apixaban (Eliquis)"], False, "warn", "apixaban (Eliquis)"),
    (["an anticoagulant, apixaban"], False, "warn", "an anticoagulant, apixaban"),
    (["dabigatran etexilate"], False, "warn", "dabigatran etexilate"),
    (["aspirin plus clopidogrel"], False, "override", "aspirin plus clopidogrel; several drugs at once"),
    (["apixaban"], True, "override", "apixaban; cannot be compressed: upper L"),
    ([None], True, "override", "cannot be compressed: upper L"),
])  # fmt: skip
def test_anticoagulants_weigh_more_deep_or_together(texts: list[str | None], deep: bool, level: str, told: str) -> None:
    who = person(*(Alert("anticoagulant", one, drugs=alerts.drugs(one)) for one in texts))
    plan = case(who=who, spots=[spot(UT_L, 4, deep=deep)])
    said = found(plan, "anticoagulant")
    assert said is not None
    assert (said.level, said.sites, text(plan, "anticoagulant")) == (level, (4,) if deep else (), told)


LUNG = "high high"


@pytest.mark.parametrize(("graded", "who", "level", "told"), [
    ([(UT_L, "none"), (UT_R, "low")], person(), None, None),
    ([(UT_L, "moderate"), (GM_L, "none")], person(), "warn", "upper L (moderate)"),
    ([(UT_L, "high")], person(), "warn", "upper L (high)"),
    ([(UT_L, "high"), (UT_R, "moderate")], person(), "warn", "upper L (high), upper R (moderate)"),
    ([(UT_L, "moderate"), (UT_R, "moderate")], person(), "warn", "upper L (moderate), upper R (moderate)"),
    ([(UT_L, "high"), (UT_R, "high")], person(), "override",
     "upper L (high), upper R (high); both sides in one session"),
    ([(UT_L, "high"), (LS_L, "high")], person(), "warn", "upper L (high), levator L (high)"),
    ([(UT_L, "moderate")], person(Alert("copd")), "override", "upper L (moderate); severe COPD"),
    ([(UT_L, "none")], person(Alert("copd")), None, None),
    ([(UT_L, "high")], person(kg=Decimal("53.4"), cm=Decimal(170)), "override", "upper L (high); thin"),
    ([(UT_L, "high")], person(kg=Decimal("53.465"), cm=Decimal(170)), "warn", "upper L (high)"),
    ([(UT_L, "high")], person(kg=None, cm=Decimal(170)), "warn", "upper L (high)"),
    ([(UT_L, "high")], person(kg=Decimal(30)), "warn", "upper L (high)"),
])  # fmt: skip
def test_the_lung(graded: list[tuple[tuple[str, str], str]], who: object, level: str | None, told: str | None) -> None:
    spots = [spot(where, number, pneumothorax=grade) for number, (where, grade) in enumerate(graded, 5)]
    plan = case(shot(mg("lidocaine", "1"), at=[where for where, _ in graded]), who=who, spots=spots)  # type: ignore[arg-type]
    said = found(plan, "pneumothorax_site")
    assert (said and said.level, text(plan, "pneumothorax_site")) == (level, told)
    near = tuple(one.number for one in spots if one.pneumothorax in {"moderate", "high"})
    assert said is None or said.sites == near


def test_the_body_mass_index() -> None:
    assert person(kg=Decimal("53.465"), cm=Decimal(170)).bmi == Decimal("18.5")
    assert (person().bmi, person(kg=None, cm=Decimal(170)).bmi) == (None, None)


@pytest.mark.parametrize(("words", "level"), [
    ("type 2", "warn"), ("HbA1c 8", "warn"), ("HbA1c 8.1%", "override"), ("hba1c: 10.2", "override"),
    ("HbA1c of 9 in May", "override"), ("HbA1c not known", "warn"), ("HbA1c 7.9", "warn"), (None, "warn"),
    ("A1c 9.5", "override"), ("HbA1c was last 9.5%", "override"), ("HbA1c 48 mmol/mol", "warn"),
    ("HbA1c 64 mmol/mol", "warn"), ("HbA1c 65 mmol/mol", "override"), ("HbA1c 20", "override"),
])  # fmt: skip
def test_diabetes_weighs_more_with_a_high_hba1c(words: str | None, level: str) -> None:
    plan = case(shot(mg("dexamethasone", "1")), who=person(Alert("diabetes", words)))
    assert found(plan, "diabetes_steroid").level == level  # type: ignore[union-attr]
    assert text(plan, "diabetes_steroid") == (words or "")
    assert text(plan._replace(person=person()), "diabetes_steroid") is None


@pytest.mark.parametrize(("age", "told"), [(0, "0 years old"), (17, "17 years old"), (18, None)])
def test_a_minor(age: int, told: str | None) -> None:
    assert text(case(who=person(age=age)), "minor") == told


def test_consent() -> None:
    assert text(case(consent=False), "consent_missing") == ""
    assert text(case(), "consent_missing") is None


@pytest.mark.parametrize(("criteria", "told"), [(0, "upper L"), (1, "upper L"), (2, None), (3, None)])
def test_the_examination_is_asked_for_before_a_first_session(criteria: int, told: str | None) -> None:
    plan = case(spots=[spot(UT_L, 3, criteria=criteria)])
    assert text(plan, "no_diagnosis") == told
    assert told is None or found(plan, "no_diagnosis").sites == (3,)  # type: ignore[union-attr]
    again = case(spots=[spot(UT_L, criteria=criteria, before=answered("enough"))])
    assert text(again, "no_diagnosis") is None


@pytest.mark.parametrize(("kinds", "allergy", "bleeding"), [
    ([], "", ""), (["allergy-none"], None, ""), (["allergy-other"], None, ""), (["bleeding-none"], "", None),
    (["anticoagulant"], "", None), (["bleeding-disorder"], "", None), (["diabetes", "allergy"], "", ""),
])  # fmt: skip
def test_unknown_is_not_none(kinds: list[str], allergy: str | None, bleeding: str | None) -> None:
    plan = case(who=person()._replace(alerts=tuple(map(Alert, kinds))))
    assert (text(plan, "allergy_unknown"), text(plan, "bleeding_unknown")) == (allergy, bleeding)


@pytest.mark.parametrize(
    ("side", "told"), [("L", None), ("R", None), ("mid", None), ("", "upper "), ("both", "upper both")]
)
def test_a_side_that_is_none_blocks_a_plan_and_a_record(side: str, told: str | None) -> None:
    where = ("upper", side)
    plan = case(shot(mg("lidocaine", "1"), at=[where]), spots=[spot(where, 7)])
    assert text(plan, "laterality_missing") == told
    if told:
        said = found(plan, "laterality_missing", recording=True)
        assert said is not None
        assert (said.level, said.sites) == ("block", (7,))


# --- doses


def lido(amount: str) -> Case:
    return case(shot(mg("lidocaine", amount)))


@pytest.mark.parametrize(("amount", "over", "near"), [
    ("239.9", None, None),
    ("240", None, "lidocaine 240 of 300 mg = 0.800 of the limit (us-label)"),
    ("300", None, "lidocaine 300 of 300 mg = 1.000 of the limit (us-label)"),
    ("300.1", "lidocaine 300.1 of 300 mg = 1.001 of the limit (us-label)", None),
    ("400", "lidocaine 400 of 300 mg = 1.334 of the limit (us-label)", None),
])  # fmt: skip
def test_near_the_limit_and_over_it(amount: str, over: str | None, near: str | None) -> None:
    assert (text(lido(amount), "la_over_limit"), text(lido(amount), "la_near_limit")) == (over, near)


def test_the_sum_is_told_part_by_part() -> None:
    plan = case(shot(mg("lidocaine", "200"), mg("bupivacaine", "50")), who=person(kg=Decimal("50.5")))
    assert text(plan, "la_over_limit") == (
        "lidocaine 200 of 227.25 mg + bupivacaine 50 of 101 mg = 1.376 of the limit (us-label)"
    )


def test_an_agents_name_is_told_in_words() -> None:
    part = dose.Part("slow_caine", Decimal(400), epinephrine=False, limit_mg=Decimal(300))
    plan = case()._replace(load=dose.Load("us-label", (part,)))
    assert text(plan, "la_over_limit") == "slow caine 400 of 300 mg = 1.334 of the limit (us-label)"


def test_other_doses_of_the_day_count() -> None:
    plan = case(shot(mg("lidocaine", "100")), before=[dose.Given("lidocaine", Decimal(201))])
    assert text(plan, "la_over_limit") == "lidocaine 301 of 300 mg = 1.004 of the limit (us-label)"


def test_an_anaesthetic_without_a_limit_is_named() -> None:
    unknown = dose.Load("us-label", (), ("some_caine", "other_caine"))
    assert text(case()._replace(load=unknown), "la_limit_unknown") == "some caine, other caine"
    assert text(case(), "la_limit_unknown") is None


def test_two_anaesthetics_in_one_syringe() -> None:
    both = shot(mg("lidocaine", "10"), mg("bupivacaine", "5"))
    assert text(case(both), "la_mixture") == "lidocaine with bupivacaine"
    assert text(case(LIDO, shot(mg("bupivacaine", "5"), at=[LS_L])), "la_mixture") is None
    assert text(case(shot(mg("lidocaine", "10"), mg("dexamethasone", "1"))), "la_mixture") is None
    assert text(case(shot(mg("lidocaine", "10"), mg("lidocaine", "10"))), "la_mixture") is None


@pytest.mark.parametrize(("kg", "weighed", "amount", "told"), [
    (Decimal(70), TODAY, "300", None),
    (Decimal(70), ago(365), "300", None),
    (Decimal(70), ago(366), "300", f"last weighed {ago(366)}"),
    (Decimal(70), ago(366), "100", None),
    (Decimal(70), ago(366), "100.4", None),
    (Decimal(70), ago(366), "101", f"last weighed {ago(366)}"),
    (None, None, "101", "never weighed here"),
    (None, None, "100", None),
])  # fmt: skip
def test_a_weight_is_asked_for_beyond_a_small_dose(
    kg: Decimal | None, weighed: date | None, amount: str, told: str | None
) -> None:
    plan = case(shot(mg("lidocaine", amount)), who=person(kg=kg, weighed=weighed))
    assert text(plan, "weight_missing") == told


@pytest.mark.parametrize(("alert", "age", "told"), [
    (None, 69, None),
    (None, 70, "70 years old; by limits x 0.7 the sum is 0.476"),
    (Alert("heart-or-liver", "cirrhosis"), 50, "cirrhosis; by limits x 0.7 the sum is 0.476"),
    (Alert("heart-or-liver"), 71, "heart or liver, 71 years old; by limits x 0.7 the sum is 0.476"),
    (Alert("diabetes"), 50, None),
])  # fmt: skip
def test_organs_and_age(alert: Alert | None, age: int, told: str | None) -> None:
    who = person(*([alert] if alert else []), age=age)
    assert text(case(shot(mg("lidocaine", "100")), who=who), "renal_hepatic_cardiac") == told


def steroid(days: int, where: tuple[str, str] | None = UT_L, equivalent: str = "20") -> Steroid:
    return Steroid(ago(days), where, "triamcinolone_acetonide", Decimal(equivalent), Decimal(equivalent))


TRIAM = shot(mg("lidocaine", "10"), mg("triamcinolone_acetonide", "20"))


@pytest.mark.parametrize(("past", "told"), [
    ([steroid(90)], None),
    ([steroid(89)], f"upper L: last {ago(89)}, next {ago(-1)}"),
    ([steroid(0)], None),
    ([steroid(0), steroid(20)], f"upper L: last {ago(20)}, next {ago(-70)}"),
    ([steroid(400), steroid(20)], f"upper L: last {ago(20)}, next {ago(-70)}"),
    ([steroid(-5)], f"upper L: again on {ago(-5)}"),
    ([steroid(200), steroid(-89)], f"upper L: again on {ago(-89)}"),
    ([steroid(200), steroid(-90)], None),
    ([steroid(89, UT_R)], None),
    ([steroid(89, None)], None),
    ([steroid(300), steroid(200), steroid(100)], "upper L: 3 times in 12 months already"),
    ([steroid(364), steroid(200), steroid(100)], "upper L: 3 times in 12 months already"),
    ([steroid(365), steroid(200), steroid(100)], None),
    ([steroid(200), steroid(200), steroid(100)], None),
    ([steroid(300), steroid(200, UT_R), steroid(100)], None),
])  # fmt: skip
def test_steroid_again_at_a_site(past: list[Steroid], told: str | None) -> None:
    plan = case(TRIAM, spots=[spot(UT_L, 6)], steroids=tuple(past))
    assert text(plan, "steroid_interval") == told
    assert told is None or found(plan, "steroid_interval").sites == (6,)  # type: ignore[union-attr]
    assert text(case(LIDO, steroids=tuple(past)), "steroid_interval") is None


def test_each_site_with_a_steroid_is_looked_at_and_told() -> None:
    plan = case(shot(mg("dexamethasone", "1"), at=[UT_L, LS_L]), shot(mg("lidocaine", "1"), at=[UT_R]),
                steroids=(steroid(10), steroid(20, LS_L), steroid(30, UT_R)))  # fmt: skip
    assert text(plan, "steroid_interval") == (
        f"upper L: last {ago(10)}, next {ago(-80)}; levator L: last {ago(20)}, next {ago(-70)}"
    )
    assert found(plan, "steroid_interval").sites == (1, 2)  # type: ignore[union-attr]


@pytest.mark.parametrize(("plan", "past", "told"), [
    (TRIAM, [steroid(10, equivalent="139")], None),
    (TRIAM, [steroid(10, equivalent="140")], "160 mg of methylprednisolone in 12 months, this one included"),
    (TRIAM, [steroid(10, None, "100"), steroid(300, UT_R, "50")],
     "170 mg of methylprednisolone in 12 months, this one included"),
    (TRIAM, [steroid(365, equivalent="500")], None),
    (TRIAM, [steroid(364, equivalent="500")], "520 mg of methylprednisolone in 12 months, this one included"),
    (TRIAM, [steroid(-1, equivalent="500")], None),
    (shot(mg("dexamethasone", "30")), [], None),
    (shot(mg("dexamethasone", "31")), [], "165.23 mg of methylprednisolone in 12 months, this one included"),
    (shot(mg("betamethasone", "12"), at=[UT_L, LS_L]), [],
     "160.08 mg of methylprednisolone in 12 months, this one included"),
    (shot(mg("betamethasone", "12"), at=[UT_L, LS_L], sharing="total"), [], None),
    (LIDO, [steroid(10, equivalent="500")], None),
])  # fmt: skip
def test_the_years_steroid(plan: object, past: list[Steroid], told: str | None) -> None:
    assert text(case(plan, steroids=tuple(past)), "steroid_total") == told  # type: ignore[arg-type]


@pytest.mark.parametrize(("plan", "told"), [
    ([shot(mg("triamcinolone_acetonide", "40"))], None),
    ([shot(mg("triamcinolone_acetonide", "41"))], "triamcinolone acetonide 41 mg in the session, advice 40"),
    ([shot(mg("triamcinolone_acetonide", "21"), at=[UT_L, LS_L])],
     "triamcinolone acetonide 42 mg in the session, advice 40"),
    ([shot(mg("triamcinolone_acetonide", "40"), at=[UT_L, LS_L], sharing="total")], None),
    ([shot(mg("methylprednisolone_acetate", "30"))], None),
    ([shot(mg("methylprednisolone_acetate", "31"))], "methylprednisolone acetate 31 mg at upper L, advice 30"),
    ([shot(mg("methylprednisolone_acetate", "16")), shot(mg("methylprednisolone_acetate", "15"))],
     "methylprednisolone acetate 31 mg at upper L, advice 30"),
    ([shot(mg("methylprednisolone_acetate", "16")), shot(mg("methylprednisolone_acetate", "15"), at=[LS_L])], None),
    ([shot(mg("methylprednisolone_acetate", "41"))],
     "methylprednisolone acetate 41 mg at upper L, advice 30; "
     "methylprednisolone acetate 41 mg in the session, advice 40"),
    ([shot(mg("lidocaine", "500"))], None),
])  # fmt: skip
def test_the_advice_for_one_site_and_one_session(plan: list[object], told: str | None) -> None:
    assert text(case(*plan), "steroid_dose") == told  # type: ignore[arg-type]


@pytest.mark.parametrize(("plan", "told"), [
    (shot(mg("ketorolac", "60")), None),
    (shot(mg("ketorolac", "60.5")), "ketorolac 60.5 mg, limit 60"),
    (shot(mg("ketorolac", "31"), at=[UT_L, LS_L]), "ketorolac 62 mg, limit 60"),
    (shot(mg("lidocaine", "301")), None),
    (shot(mg("normal_saline", "900")), None),
])  # fmt: skip
def test_an_agents_own_limit(plan: object, told: str | None) -> None:
    assert text(case(plan), "agent_over_limit") == told  # type: ignore[arg-type]


def test_several_over_their_limits_are_told_one_by_one() -> None:
    limited = {**DRUGS, "other_nsaid": DRUGS["ketorolac"]._replace(agent="other_nsaid", name="other NSAID")}
    plan = case(shot(mg("ketorolac", "61")))
    both = plan._replace(
        shots=(shot(mg("ketorolac", "61"), mg("ketorolac", "62")._replace(agent="other_nsaid")),), drugs=limited
    )
    assert text(both, "agent_over_limit") == "ketorolac 61 mg, limit 60; other NSAID 62 mg, limit 60"
    toxins = {
        **DRUGS,
        "abobotulinumtoxin_a": DRUGS["abobotulinumtoxin_a"]._replace(most_units=Decimal(5), every_days=7),
    }
    two = case(shot(mg("onabotulinumtoxin_a", "401"), mg("abobotulinumtoxin_a", "6")))._replace(drugs=toxins)
    assert text(two, "units_over_limit") == (
        "onabotulinumtoxinA 401 units in 84 days, limit 400; abobotulinumtoxinA 6 units in 7 days, limit 5"
    )


@pytest.mark.parametrize("missing", ["most_units", "every_days"])
def test_half_a_limit_of_units_is_none(missing: str) -> None:
    drugs = {**DRUGS, "onabotulinumtoxin_a": DRUGS["onabotulinumtoxin_a"]._replace(**{missing: None})}
    plan = case(shot(mg("onabotulinumtoxin_a", "900")))._replace(drugs=drugs)
    assert text(plan, "units_over_limit") is None


def toxin(days: int, amount: str = "100", agent: str = "onabotulinumtoxin_a") -> Units:
    return Units(ago(days), agent, Decimal(amount))


@pytest.mark.parametrize(("amount", "past", "told"), [
    ("400", [], None),
    ("401", [], "onabotulinumtoxinA 401 units in 84 days, limit 400"),
    ("200", [toxin(0, "200")], None),
    ("201", [toxin(0, "200")], "onabotulinumtoxinA 401 units in 84 days, limit 400"),
    ("100", [toxin(84)], None),
    ("100", [toxin(83)], f"onabotulinumtoxinA last given {ago(83)}, 84 days apart"),
    ("100", [toxin(83), toxin(40)], f"onabotulinumtoxinA last given {ago(40)}, 84 days apart"),
    ("100", [toxin(-1, "400")], None),
    ("100", [toxin(10, "400", "abobotulinumtoxin_a")], None),
    ("100", [toxin(84, "400")], None),
])  # fmt: skip
def test_units_of_one_product(amount: str, past: list[Units], told: str | None) -> None:
    plan = case(shot(mg("onabotulinumtoxin_a", amount)), units=tuple(past))
    assert text(plan, "units_over_limit") == told
    other = case(shot(mg("abobotulinumtoxin_a", "900")), units=tuple(past))
    assert text(other, "units_over_limit") is None, "no limit is on file for it"


@pytest.mark.parametrize(("volume", "passes", "told"), [
    ("2", None, None), ("2.1", None, "upper L 2.1 mL"), ("2.1", 1, "upper L 2.1 mL"), ("4", 2, None),
    ("4.1", 2, "upper L 4.1 mL"), ("5", 3, None), ("5.1", 9, "upper L 5.1 mL"),
])  # fmt: skip
def test_the_volume_of_a_point_and_of_a_site(volume: str, passes: int | None, told: str | None) -> None:
    plan = case(shot(ml("lidocaine", "0.1", volume), passes=passes))
    assert text(plan, "volume_high") == told
    assert told is None or found(plan, "volume_high").sites == (1,)  # type: ignore[union-attr]


def test_a_shared_volume_is_each_sites_part() -> None:
    shared = shot(ml("lidocaine", "0.1", "4"), at=[UT_L, LS_L], sharing="total")
    assert text(case(shared), "volume_high") is None
    each = shot(ml("lidocaine", "0.1", "3"), at=[UT_L, LS_L])
    assert text(case(each), "volume_high") == "upper L 3 mL, levator L 3 mL"
    assert found(case(each), "volume_high").sites == (1, 2)  # type: ignore[union-attr]
    assert text(case(shot(mg("lidocaine", "300"))), "volume_high") is None, "a mass alone tells no volume"
    mixed = shot(ml("lidocaine", "0.1", "1.5"), ml("bupivacaine", "0.1", "1"))
    assert text(case(mixed), "volume_high") == "upper L 2.5 mL"


def test_ketorolac_and_steroid_always_say_something() -> None:
    assert text(case(shot(mg("ketorolac", "15"))), "ketorolac_use") == ""
    assert text(case(TRIAM), "steroid_any") == ""
    assert (text(case(), "ketorolac_use"), text(case(), "steroid_any")) == (None, None)


# --- whoever pays


def paid(*visits: object, by: str = "medicare_mac", plan: object = LIDO, **more: object) -> Case:
    return case(plan, policy=policy(by), visits=tuple(visits), **more)  # type: ignore[arg-type]


def test_the_sessions_of_the_year_are_used_up() -> None:
    three = paid(visit(300, GM_L), visit(200, GM_L), visit(100, GM_L))
    said = found(three, "cap_reached")
    assert said is not None
    assert (said.level, said.sites) == ("block", (1,))
    assert text(three, "cap_reached") == (
        f"upper L: 3 of 3 sessions in 12 months ({ago(300)}, {ago(200)}, {ago(100)}): next 2027-01-27"
    )
    assert text(paid(visit(365, GM_L), visit(200, GM_L), visit(100, GM_L)), "cap_reached") is None
    assert text(paid(visit(200, GM_L), visit(100, GM_L)), "cap_reached") is None


def test_too_soon_at_the_same_place() -> None:
    assert text(paid(visit(41)), "interval_short") == (
        f"upper L: injected here {ago(41)}, 42 days between sessions: next {ago(-1)}"
    )
    assert text(paid(visit(42)), "interval_short") is None
    assert text(paid(visit(0)), "interval_short") is None, "the same day is the same session"
    said = found(paid(visit(41)), "interval_short")
    assert said is not None
    assert (said.source, said.revision) == ("medicare_mac_2024", "payers/1"), "the payer's row speaks"
    assert text(paid(visit(41, GM_L)), "interval_short") is None


def test_sites_with_days_of_their_own_are_told_one_by_one() -> None:
    plan = shot(mg("lidocaine", "1"), at=[UT_L, LS_L, UT_R])
    two = paid(visit(10), visit(20, LS_L), plan=plan)
    said = found(two, "interval_short")
    assert said is not None
    assert said.sites == (1, 2)
    assert text(two, "interval_short") == (
        f"upper L: injected here {ago(10)}, 42 days between sessions: next {ago(-32)}; "
        f"levator L: injected here {ago(20)}, 42 days between sessions: next {ago(-22)}"
    )
    same = paid(visit(10, UT_L, LS_L), plan=plan)
    assert text(same, "interval_short") == (
        f"upper L, levator L: injected here {ago(10)}, 42 days between sessions: next {ago(-32)}"
    )


def test_a_late_entry_that_puts_a_later_session_out_of_order_warns() -> None:
    after = paid(visit(-10))
    said = found(after, "interval_short", recording=True)
    assert said is not None
    assert (said.level, said.sites) == ("warn", (1,))
    assert text(after, "interval_short").startswith(  # type: ignore[union-attr]
        f"upper L: with this one, the session of {ago(-10)} is against it: injected here {TODAY}"
    )
    assert text(paid(visit(-42)), "interval_short") is None
    both = paid(visit(-10), visit(10))
    assert found(both, "interval_short").level == "block"  # type: ignore[union-attr]


def test_other_entries_of_the_day_belong_to_the_session() -> None:
    earlier = Treated(1, TODAY, GM_L, "hip_pelvis", (mg("ketorolac", "40"),))
    assert text(paid(beside=(earlier,)), "regions_over") == "cervical, hip pelvis; 1 allowed"
    assert text(paid(beside=(earlier._replace(doses=()),)), "regions_over") is None
    assert text(paid(plan=DRY, beside=(earlier,)), "regions_over") is None
    more = case(shot(mg("ketorolac", "30")), beside=(earlier,))
    assert text(more, "agent_over_limit") == "ketorolac 70 mg, limit 60"
    depot = Treated(1, TODAY, UT_L, "cervical", (mg("methylprednisolone_acetate", "25"),))
    again = case(shot(mg("methylprednisolone_acetate", "10")), beside=(depot,))
    assert text(again, "steroid_dose") == "methylprednisolone acetate 35 mg at upper L, advice 30"
    other = case(shot(mg("methylprednisolone_acetate", "10"), at=[LS_L]), beside=(depot,))
    assert text(other, "steroid_dose") is None


def test_a_toxin_without_a_limit_is_told() -> None:
    assert text(case(shot(mg("abobotulinumtoxin_a", "2000"))), "units_limit_unknown") == "abobotulinumtoxinA"
    assert text(case(shot(mg("onabotulinumtoxin_a", "20"))), "units_limit_unknown") is None


def test_a_dry_needle_is_no_injection_to_a_payer() -> None:
    three = [visit(300), visit(200), visit(10)]
    assert text(paid(*three, plan=DRY), "cap_reached") is None
    assert text(paid(*three, plan=DRY), "interval_short") is None
    mixed = case(DRY, shot(mg("lidocaine", "1"), at=[LS_L]), policy=policy(), visits=tuple(three))
    assert found(mixed, "cap_reached").sites == (2,)  # type: ignore[union-attr]
    assert text(mixed, "interval_short") is None


def test_the_clinics_default_warns_and_never_stops() -> None:
    plan = paid(visit(300), visit(200), visit(10), by="self_pay", spots=[spot(UT_L, before=answered("none"))])
    levels = {one.rule: one.level for one in findings(plan)}
    assert levels == {"cap_reached": "warn", "interval_short": "warn", "no_response": "warn"}
    assert levels == {one.rule: one.level for one in findings(plan, recording=True)}
    noted = findings(plan, own={("cap_reached", "level"): "note"})
    assert next(one.level for one in noted if one.rule == "cap_reached") == "note", "advice is never raised"


def test_nobody_pays_and_nobody_asks() -> None:
    plan = case(visits=(visit(1), visit(2), visit(3)))
    assert [text(plan, rule) for rule in ("cap_reached", "interval_short", "regions_over")] == [None] * 3


@pytest.mark.parametrize(("kind", "payer", "advice"), [
    ("none", "override", "warn"), ("low", "override", "warn"), ("short", "override", None), ("enough", None, None),
])  # fmt: skip
def test_a_repeat_wants_relief(kind: str, payer: str | None, advice: str | None) -> None:
    answer = answered(kind, percent=Decimal(40), until=ago(50))
    spots = [spot(UT_L, 8, before=answer)]
    for by, level in (("medicare_mac", payer), ("self_pay", advice)):
        said = found(paid(by=by, spots=spots), "no_response")
        assert (said and (said.level, said.sites)) == (level and (level, (8,)))
    nobody = found(case(spots=spots), "no_response")
    assert (nobody and nobody.level) == advice
    assert text(paid(spots=[spot(UT_L)]), "no_response") is None, "a first session is no repeat"


def test_every_site_without_relief_is_told() -> None:
    plan = paid(plan=shot(mg("lidocaine", "1"), at=[UT_L, LS_L, UT_R]),
                spots=[spot(UT_L, 1, before=answered("none")),
                       spot(LS_L, 2, before=answered("low", percent=Decimal(20))),
                       spot(UT_R, 3, before=answered("enough", percent=Decimal(80), until=TODAY))])  # fmt: skip
    assert text(plan, "no_response") == (
        f"upper L no outcome score since {ago(60)}; levator L relief 20 % since {ago(60)}, below 50 %"
    )
    assert found(plan, "no_response").sites == (1, 2)  # type: ignore[union-attr]


def test_the_regions_of_one_session() -> None:
    both = shot(mg("lidocaine", "1"), at=[UT_L, GM_L])
    spots = [spot(UT_L, 1), spot(GM_L, 2, region="hip_pelvis")]
    assert text(paid(plan=both, spots=spots), "regions_over") == "cervical, hip pelvis; 1 allowed"
    assert text(paid(plan=both, by="evicore", spots=spots), "regions_over") is None
    assert text(paid(plan=shot(mg("lidocaine", "1"), at=[UT_L, LS_L])), "regions_over") is None
    one_dry = case(LIDO, shot(at=[GM_L]), spots=spots, policy=policy())
    assert text(one_dry, "regions_over") is None


def test_regions_are_advice_where_the_payers_rules_are() -> None:
    both = shot(mg("lidocaine", "1"), at=[UT_L, GM_L])
    spots = [spot(UT_L, 1), spot(GM_L, 2, region="hip_pelvis")]
    plan = paid(plan=both, spots=spots)
    assert found(plan, "regions_over").level == "override"  # type: ignore[union-attr]
    advised = plan._replace(policy=policy()._replace(advisory=frozenset({"regions_over"})))
    assert found(advised, "regions_over").level == "warn"  # type: ignore[union-attr]
    other = plan._replace(policy=policy()._replace(advisory=frozenset({"cap_reached"})))
    assert found(other, "regions_over").level == "override"  # type: ignore[union-attr]


def test_a_cap_by_region_counts_the_region_of_the_site() -> None:
    hip = Visit("S-1", ago(100), frozenset({GM_L}), frozenset({"hip_pelvis"}))
    four = [hip._replace(session=f"S-{days}", on=ago(days)) for days in (340, 250, 160, 70)]
    plan = paid(
        *four, by="evicore", plan=shot(mg("lidocaine", "1"), at=[GM_L]), spots=[spot(GM_L, region="hip_pelvis")]
    )
    assert found(plan, "cap_reached") is not None
    neck = paid(*four, by="evicore", plan=LIDO)
    assert found(neck, "cap_reached") is None


def test_a_payer_without_rules_is_told() -> None:
    assert text(case(payer_known=False), "payer_unknown") == ""
    assert text(case(), "payer_unknown") is None


# --- laws

KINDS = ["allergy-amide", "allergy-none", "bleeding-none", "anticoagulant", "infection", "pregnancy", "diabetes",
         "copd", "vasovagal", "red-flag", "asthma-severe", "heart-or-liver"]  # fmt: skip
ALERT = st.builds(
    Alert, st.sampled_from(KINDS), st.sampled_from([None, "words"]), st.sampled_from([None, UT_L]), st.integers(1, 3)
)
ALERTS = st.lists(ALERT, max_size=4)
DOSES = st.builds(
    mg, st.sampled_from(["lidocaine", "procaine", "dexamethasone", "ketorolac"]), st.integers(1, 400).map(str)
)
SHOTS = st.lists(st.builds(shot, DOSES, at=st.sampled_from([[UT_L], [UT_L, LS_L], [UT_R]])), min_size=1, max_size=3)


@given(ALERTS, SHOTS, st.booleans())
def test_findings_are_sorted_unique_and_reasoned(alerts: list[Alert], shots: list[object], recording: bool) -> None:
    said = findings(case(*shots, who=person(*alerts)), recording=recording)  # type: ignore[arg-type]
    assert [one.level for one in said] == sorted((one.level for one in said), key=LEVELS.index)
    assert len({one.rule for one in said}) == len(said)
    assert all(one.text and one.source and one.revision for one in said)
    if recording:
        assert all(one.level != "block" for one in said), "what was done is never refused"


@given(ALERTS, ALERTS, SHOTS)
def test_another_alert_never_silences_a_rule_nor_eases_it(
    alerts: list[Alert], more: list[Alert], shots: list[object]
) -> None:
    before = {one.rule: one.level for one in findings(case(*shots, who=person(*alerts)))}  # type: ignore[arg-type]
    after = {one.rule: one.level for one in findings(case(*shots, who=person(*alerts, *more)))}  # type: ignore[arg-type]
    assert before.keys() <= after.keys()
    assert all(LEVELS.index(after[rule]) <= LEVELS.index(level) for rule, level in before.items())
