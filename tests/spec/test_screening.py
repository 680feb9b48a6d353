"""Every rule of the screening, over the command line: a patient and a plan that it speaks up for, and the nearest
one it is silent about. A clinician can read the table; `plan` and `record` are the levels it must have.

The tests' today is Monday 2026-11-23. Unless a case says otherwise the patient was asked about allergies and
bleeding (none), weighs 70 kg today, pays for herself, was examined at her sites, and consent is written.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.commands.reading import words
from tests.conftest import ME, Clinic
from tpi_cli.reference.tables import rows

KNOWLEDGE = Path(__file__).parents[3] / "shared" / "knowledge" / "screening_rules.csv"
ASKED = "--allergy none --bleeding none"
WEIGHED = "--weight 70"
PLAIN = "ut l lido 1% 1ml"
STEROID = "ut l triam 40mg/ml 0.5ml"


class Story(NamedTuple):
    """A patient, what happened before (commands, `7` is her id), and the plan with its options."""

    plan: str = PLAIN
    options: str = ""
    before: tuple[str, ...] = ()
    patient: str = f"{ASKED} {WEIGHED}"
    born: str = "1971-03-04"
    consent: str = "written"
    examined: bool = True


class Case(NamedTuple):
    """A rule, its level in a plan and in a record, the story it speaks up in, and the one it is silent in."""

    rule: str
    plan: str
    record: str
    fires: Story
    silent: Story = Story()


def alerted(kind: str, text: str = "", plan: str = PLAIN) -> Story:
    return Story(plan=plan, before=(f"patient alert 1 add {kind} {text}",))


def session(on: str, items: str = PLAIN, more: str = "") -> str:
    return f"inject 1 {items} --on {on} --pain 7 --consent written --yes {more}"


PAID = f"{ASKED} {WEIGHED} --payer medicare_mac"
GOOD = "outcome 1 2 --on 2026-11-20"
"""Five of seven points less, seven weeks and more after the sessions of these stories."""

THREE = tuple(map(session, ("2025-11-24", "2026-03-01", "2026-06-01")))
THREE_ONE_LONG_AGO = tuple(map(session, ("2025-11-23", "2026-03-01", "2026-06-01")))

CASES = [
    # --- allergies
    Case("allergy_amide", "block", "override", alerted("allergy-amide", "lidocaine: rash"),
         alerted("allergy-amide", "lidocaine: rash", plan="ut l procaine 1% 1ml")),
    Case("allergy_ester", "block", "override", alerted("allergy-ester", plan="ut l procaine 1% 1ml"),
         alerted("allergy-ester")),
    Case("allergy_paraben", "override", "override", alerted("allergy-paraben"),
         alerted("allergy-paraben", plan="ut l dry")),
    Case("allergy_sulfite", "block", "override", alerted("allergy-sulfite", plan="ut l lido 1% epi 1:200000 1ml"),
         alerted("allergy-sulfite")),
    Case("allergy_sulfite", "block", "override", alerted("allergy-sulfite", plan="ut l procaine 1% 1ml"),
         alerted("allergy-sulfite", plan="ut l saline 1ml")),
    Case("allergy_unspecified_la", "override", "override", alerted("allergy-local-anaesthetic"),
         alerted("allergy-local-anaesthetic", plan="ut l saline 1ml")),
    Case("allergy_steroid", "block", "override", alerted("allergy-steroid", plan=STEROID), alerted("allergy-steroid")),
    Case("allergy_nsaid", "block", "override", alerted("allergy-nsaid", plan="ut l ketorolac 15mg"),
         alerted("allergy-nsaid")),
    Case("allergy_other", "warn", "warn", alerted("allergy-other", "latex"), Story()),
    Case("allergy_unknown", "warn", "warn", Story(before=("import people.csv",)), Story()),
    # --- infection, bleeding, the pregnant, the ill
    Case("infection_systemic", "block", "override", alerted("infection", "fever"),
         alerted("infection-local", "cellulitis of the arm")),
    Case("infection_local", "block", "override", alerted("infection-local", "ut l"),
         alerted("infection-local", "ut r")),
    Case("infection_local", "block", "override", alerted("infection-local", "somewhere on the back"), Story()),
    Case("acute_trauma", "override", "override", alerted("trauma", "upper trapezius L"), alerted("trauma", "ls l")),
    Case("bleeding_disorder", "override", "override", alerted("bleeding-disorder", "haemophilia A"), Story()),
    Case("bleeding_unknown", "warn", "warn", Story(before=("import people.csv",)), Story()),
    Case("anticoagulant", "warn", "warn", alerted("anticoagulant", "apixaban"), Story()),
    Case("anticoagulant", "override", "override", alerted("anticoagulant", "apixaban", plan="psoas l lido 1% 1ml"),
         alerted("diabetes", plan="psoas l lido 1% 1ml")),
    Case("anticoagulant", "override", "override", alerted("anticoagulant", "warfarin and aspirin"),
         alerted("bleeding-disorder")),
    Case("red_flag", "block", "override", alerted("red-flag", "weight loss"), Story()),
    Case("asthma_severe", "warn", "note", alerted("asthma-severe"), Story()),
    Case("pregnancy", "override", "override", alerted("pregnancy", "24 weeks"), alerted("breastfeeding")),
    Case("pregnancy_nsaid", "block", "override", alerted("pregnancy", plan="ut l ketorolac 15mg"),
         alerted("pregnancy")),
    Case("pregnancy_nsaid", "block", "override", alerted("breastfeeding", plan="ut l ketorolac 15mg"),
         alerted("breastfeeding")),
    Case("diabetes_steroid", "warn", "warn", alerted("diabetes", "HbA1c 7.2", plan=STEROID), alerted("diabetes")),
    Case("diabetes_steroid", "override", "override", alerted("diabetes", "HbA1c 8.1%", plan=STEROID),
         alerted("diabetes", "HbA1c 8.1%")),
    Case("methaemoglobinaemia", "override", "override", alerted("methaemoglobinaemia"),
         alerted("methaemoglobinaemia", plan="ut l dry")),
    Case("vasovagal", "warn", "warn", alerted("vasovagal"), Story()),
    Case("needle_phobia", "warn", "warn", alerted("needle-phobia"), Story()),
    Case("neuromuscular_botulinum", "override", "override", alerted("neuromuscular", plan="ut l botox 20units"),
         alerted("neuromuscular")),
    Case("minor", "override", "override", Story(born="2008-11-24"), Story(born="2008-11-23")),
    Case("renal_hepatic_cardiac", "warn", "warn", Story(born="1956-11-23"), Story(born="1956-11-24")),
    Case("renal_hepatic_cardiac", "warn", "warn", alerted("heart-or-liver", "cirrhosis"),
         alerted("heart-or-liver", plan="ut l dry")),
    # --- the place, the examination, consent
    Case("consent_missing", "warn", "override", Story(consent=""), Story(consent="verbal")),
    Case("pneumothorax_site", "warn", "warn", Story(), Story(plan="gm l lido 1% 1ml")),
    Case("pneumothorax_site", "override", "override", Story(plan="lt l, lt r lido 1% 1ml each"),
         Story(plan="gm l, gm r lido 1% 1ml each")),
    Case("pneumothorax_site", "override", "override", Story(patient=f"{ASKED} --weight 50 --height 170"),
         Story(plan="gm l lido 1% 1ml", patient=f"{ASKED} --weight 50 --height 170")),
    Case("pneumothorax_site", "override", "override", alerted("copd"), alerted("copd", plan="gm l lido 1% 1ml")),
    Case("no_diagnosis", "warn", "warn", Story(examined=False), Story()),
    Case("recorded_today", "warn", "warn", Story(before=(session("2026-11-23"),)),
         Story(before=(session("2026-11-22"), session("2026-11-23", "ut r lido 1% 1ml")))),
    Case("volume_high", "warn", "warn", Story(plan="ut l lido 1% 2.1ml"), Story(plan="ut l lido 1% 2ml")),
    Case("volume_high", "warn", "warn", Story(plan="ut l x3 lido 1% 5.1ml"), Story(plan="ut l x3 lido 1% 5ml")),
    # --- doses
    Case("la_over_limit", "block", "override", Story(plan="ut l lido 1% 30.1ml"), Story(plan="ut l lido 1% 30ml")),
    Case("la_near_limit", "warn", "warn", Story(plan="ut l lido 1% 24ml"), Story(plan="ut l lido 1% 23.9ml")),
    Case("la_near_limit", "warn", "warn", Story(plan="ut l lido 1% 30ml"), Story(plan="ut l lido 1% 30.1ml")),
    Case("la_over_limit", "block", "override",  # the day counts, not the session
         Story(plan="ls l lido 1% 16ml", before=(session("2026-11-23", "ut l lido 1% 15ml"),)),
         Story(plan="ls l lido 1% 16ml", before=(session("2026-11-22", "ut l lido 1% 15ml"),))),
    Case("la_over_limit", "block", "override",  # and what somebody else gave
         Story(plan="ls l lido 1% 16ml", before=("patient elsewhere 1 lido 150mg",)),
         Story(plan="ls l lido 1% 16ml", before=("patient elsewhere 1 lido 140mg",))),
    Case("la_over_limit", "block", "override", Story(plan="ut l lido 1% epi 1:200000 49.1ml"),
         Story(plan="ut l lido 1% epi 1:200000 49ml")),
    Case("la_limit_unknown", "warn", "warn",
         Story(plan="ut l articaine 4% 1ml", before=("agent add articaine 4% --kind amide",)), Story()),
    Case("la_mixture", "note", "note", Story(plan="ut l lido 1% 1ml + bupi 0.25% 1ml"),
         Story(plan="ut l lido 1% 1ml, ls l bupi 0.25% 1ml")),
    Case("weight_missing", "override", "warn", Story(plan="ut l lido 1% 11ml", patient=ASKED),
         Story(plan="ut l lido 1% 10ml", patient=ASKED)),
    Case("weight_missing", "override", "warn",
         Story(plan="ut l lido 1% 11ml", patient=f"{ASKED} {WEIGHED} --on 2025-11-22"),
         Story(plan="ut l lido 1% 11ml", patient=f"{ASKED} {WEIGHED} --on 2025-11-23")),
    Case("steroid_any", "warn", "warn", Story(plan=STEROID), Story()),
    Case("steroid_interval", "override", "override", Story(plan=STEROID, before=(session("2026-08-26", STEROID),)),
         Story(plan=STEROID, before=(session("2026-08-25", STEROID),))),
    Case("steroid_interval", "override", "override",  # the fourth in twelve months
         Story(plan="ut l triam 40mg/ml 0.1ml", before=tuple(
             session(day, "ut l triam 40mg/ml 0.1ml --override steroid_interval=x")
             for day in ("2025-11-24", "2026-03-01", "2026-06-01"))),
         Story(plan="ut l triam 40mg/ml 0.1ml", before=tuple(
             session(day, "ut l triam 40mg/ml 0.1ml --override steroid_interval=x")
             for day in ("2025-11-23", "2026-03-01", "2026-06-01")))),
    Case("steroid_interval", "override", "override",  # another site is another site
         Story(plan=STEROID, before=(session("2026-11-01", STEROID),)),
         Story(plan=STEROID, before=(session("2026-11-01", "ut r triam 40mg/ml 0.5ml"),))),
    Case("steroid_total", "warn", "warn",
         Story(plan=STEROID, before=("patient elsewhere 1 triam 140mg --on 2025-11-24",)),
         Story(plan=STEROID, before=("patient elsewhere 1 triam 140mg --on 2025-11-23",))),
    Case("steroid_total", "warn", "warn", Story(plan=STEROID, before=("patient elsewhere 1 triam 140mg",)),
         Story(plan=STEROID, before=("patient elsewhere 1 triam 139mg",))),
    Case("steroid_dose", "warn", "warn", Story(plan="ut l, ls l triam 40mg/ml 0.6ml each"),
         Story(plan="ut l, ls l triam 40mg/ml 0.5ml each")),
    Case("steroid_dose", "warn", "warn", Story(plan="ut l methylpred 40mg/ml 0.8ml"),
         Story(plan="ut l methylpred 40mg/ml 0.75ml")),
    Case("ketorolac_use", "override", "override", Story(plan="ut l ketorolac 15mg"), Story()),
    Case("agent_over_limit", "override", "override", Story(plan="ut l ketorolac 61mg"),
         Story(plan="ut l ketorolac 60mg")),
    Case("units_over_limit", "override", "override", Story(plan="ut l botox 401units"),
         Story(plan="ut l botox 400units")),
    Case("units_over_limit", "override", "override",
         Story(plan="ut l botox 100units", before=(session("2026-09-01", "ut r botox 100units"),)),
         Story(plan="ut l botox 100units", before=(session("2026-08-31", "ut r botox 100units"),))),
    Case("units_over_limit", "override", "override",  # units of two products are never added
         Story(plan="ut l botox 300units", before=("patient elsewhere 1 botox 101units",)),
         Story(plan="ut l botox 300units", before=("patient elsewhere 1 dysport 101units",))),
    Case("units_limit_unknown", "warn", "warn", Story(plan="ut l dysport 500units"),
         Story(plan="ut l botox 100units")),
    # --- whoever pays
    Case("cap_reached", "block", "override",
         Story(patient=PAID, plan="gm r lido 1% 1ml", before=THREE),
         Story(patient=PAID, plan="gm r lido 1% 1ml", before=THREE_ONE_LONG_AGO)),
    Case("cap_reached", "warn", "warn",  # the clinic's default only advises
         Story(plan="gm r lido 1% 1ml", before=THREE), Story(plan="gm r dry", before=THREE)),
    Case("interval_short", "block", "override", Story(patient=PAID, before=(session("2026-10-13"), GOOD)),
         Story(patient=PAID, before=(session("2026-10-12"), GOOD))),
    Case("interval_short", "warn", "warn", Story(before=(session("2026-10-13"), GOOD)),
         Story(plan="ut r lido 1% 1ml", before=(session("2026-10-13"), GOOD))),
    Case("no_response", "override", "warn", Story(patient=PAID, before=(session("2026-09-01"),)),
         Story(patient=PAID, before=(session("2026-09-01"), GOOD))),
    Case("no_response", "override", "warn",  # 4 of 7 is 43 %, and Medicare asks for half
         Story(patient=PAID, before=(session("2026-09-01"), "outcome 1 4 --on 2026-11-20")),
         Story(patient=PAID, before=(session("2026-09-01"), "outcome 1 3 --on 2026-11-20"))),
    Case("no_response", "override", "warn",  # for six weeks at least
         Story(patient=PAID, before=(session("2026-09-01"), "outcome 1 2 --on 2026-10-12")),
         Story(patient=PAID, before=(session("2026-09-01"), "outcome 1 2 --on 2026-10-13"))),
    Case("no_response", "warn", "warn", Story(before=(session("2026-09-01"),)),
         Story(before=(session("2026-09-01"), GOOD))),
    Case("regions_over", "override", "override", Story(patient=PAID, plan="ut l, gm l lido 1% 1ml each"),
         Story(patient=PAID, plan="ut l, ls l lido 1% 1ml each")),
    Case("payer_unknown", "note", "note", Story(patient=f"{ASKED} {WEIGHED} --payer 'Moon Health'"),
         Story(patient=PAID)),
]  # fmt: skip
NAMED = [(f"{case.rule}-{number}", case) for number, case in enumerate(CASES)]


def prepared(clinic: Clinic, story: Story) -> list[str]:
    """Let the story happen; returns the plan's words."""
    clinic.file("people.csv", "mrn,name,born\nNEW,New Person,1971-03-04\n")
    if "import people.csv" in story.before:
        clinic.ok("import", str(clinic.home / "people.csv"))
        clinic.ok("patient", "edit", "1", "--weight", "70")
    else:
        clinic.ok("patient", "add", "Tan, Mei", story.born, *words(story.patient))
    for command in story.before:
        if not command.startswith("import"):
            clinic.ok(*words(command), *(["--yes"] if command.startswith("inject") else []))
    if story.examined:
        for place in ("ut l", "ut r", "ls l", "lt l", "lt r", "gm l", "gm r", "psoas l"):
            clinic.run("site", "add", "1", *place.split(), "--taut-band", "--tender-spot")
    return [*words(story.plan), *words(story.options), *(["--consent", story.consent] if story.consent else [])]


def levels(clinic: Clinic, *command: str) -> dict[str, str]:
    """What a screening command finds: level by rule. Each finding has words and a source."""
    answer = clinic.run(*command, "--json")
    found = answer.json["findings"]
    assert all(one["text"] and one["source"] and one["revision"] for one in found)
    stops = {one["rule"] for one in found if one["level"] in {"block", "override"}}
    assert (answer.code, answer.json["blocked"]) == ((4, True) if stops else (0, False)), answer
    order = ["block", "override", "warn", "note"]
    assert [one["level"] for one in found] == sorted((one["level"] for one in found), key=order.index), "worst first"
    return {one["rule"]: one["level"] for one in found}


@pytest.mark.parametrize("case", [case for _, case in NAMED], ids=[name for name, _ in NAMED])
def test_the_rule_speaks_up(shipped: Clinic, case: Case) -> None:
    plan = prepared(shipped, case.fires)
    before = shipped.bytes()
    assert levels(shipped, "check", "1", *plan).get(case.rule) == case.plan
    assert levels(shipped, "inject", "1", *plan, "--dry-run").get(case.rule) == case.record
    assert shipped.bytes() == before, "a plan records nothing"


@pytest.mark.parametrize("case", [case for _, case in NAMED], ids=[name for name, _ in NAMED])
def test_and_is_silent_next_to_it(shipped: Clinic, case: Case) -> None:
    plan = prepared(shipped, case.silent)
    assert case.rule not in levels(shipped, "check", "1", *plan)
    assert case.rule not in levels(shipped, "inject", "1", *plan, "--dry-run")


STOPPING = [(name, case) for name, case in NAMED if case.record == "override"]


@pytest.mark.parametrize("case", [case for _, case in STOPPING], ids=[name for name, _ in STOPPING])
def test_a_record_goes_past_the_rule_only_with_a_reason(shipped: Clinic, case: Case) -> None:
    """Blocked, it records nothing; with a reason it is never refused, and the reason is told wherever one looks."""
    plan = prepared(shipped, case.fires)
    sessions = len(shipped.ok("session", "list", "--json").rows)
    stopped = shipped.run("inject", "1", *plan, "--yes", "--json")
    rules = [one["rule"] for one in stopped.json["findings"] if one["level"] == "override"]
    assert (stopped.code, stopped.error["kind"], stopped.json["session"]) == (4, "safety", None)
    assert case.rule in stopped.error["message"]
    assert len(shipped.ok("session", "list", "--json").rows) == sessions
    reasons = [f"--override={rule}=because of {rule}" for rule in rules]
    code = shipped.ok("inject", "1", *plan, "--yes", "--json", "--next", "6w", *reasons).json["session"]
    told = {one["rule"]: one for one in shipped.ok("session", "show", code, "--json").json["findings"]}
    assert told[case.rule]["reason"] == f"because of {case.rule}"
    row = "payers/1" if case.rule in {"cap_reached", "interval_short", "regions_over"} else "screening/1"
    assert (told[case.rule]["by"], told[case.rule]["revision"]) == (ME, row)
    assert f"because of {case.rule}" in shipped.ok("session", "show", code).out
    assert f"{case.rule}: because of {case.rule}" in shipped.ok("log", "1").out
    why = [reason for row in shipped.ok("why", "1", "--json").rows for reason in row["reasons"]]
    assert [one["text"] for one in why if one["rule"] == case.rule and "because" in one["text"]]
    assert f"because of {case.rule}" in shipped.ok("why", "1").out


def test_a_missing_side_is_never_recorded(shipped: Clinic) -> None:
    """The one thing no reason goes past: it is refused where it is typed."""
    shipped.patient()
    for command in ("check", "inject"):
        answer = shipped.run(command, "1", "ut", "lido", "1%", "1ml", "--override", "laterality_missing=both hurt")
        assert (answer.code, answer.out) == (2, "")
        assert "side" in answer.err


def test_every_shipped_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} | {"laterality_missing"} == {row["rule"] for row in rows("screening")}


@pytest.mark.skipif(not KNOWLEDGE.exists(), reason="SKIPPED LOUDLY: the knowledge tables are not beside this checkout")
def test_every_rule_of_the_knowledge_table_is_shipped_at_its_level() -> None:
    said = {"block": "block", "require_override": "override", "warn": "warn", "record": "note"}
    ours = {row["rule"]: row for row in rows("screening")}
    with KNOWLEDGE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mine = ours[row["rule_id"]]
            assert mine["planning"] == said[row["action_at_planning"]], row["rule_id"]
            assert mine["recording"] == said[row["action_at_recording"]], row["rule_id"]
