"""`tpi check`: a plan held against every rule before the needle. It tells everything at once and records nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, talk, words
from tests.conftest import Clinic


@pytest.fixture(scope="module")
def _ward(tmp_path_factory: pytest.TempPathFactory, _shipped: Path) -> Path:
    def build(clinic: Clinic) -> None:
        for number, weight in enumerate((50, 70, 100), 1):
            clinic.patient(f"Tan, {'ABC'[number - 1]}", "1971-03-04", "--weight", str(weight))
        clinic.ok(*words("patient add 'Ruiz, Ana' 1965-04-05 --allergy lidocaine:rash --bleeding apixaban --weight 80"))
        clinic.patient("Khan, Sara", "1988-03-30")

    return made(tmp_path_factory, _shipped, build)


@pytest.fixture
def ward(tmp_path: Path, _ward: Path) -> Clinic:
    """1 to 3 weigh 50, 70 and 100 kg; 4 is allergic to an amide and takes apixaban; 5 was never weighed."""
    return copied(_ward, tmp_path)


def found(answer: Any) -> list[tuple[str, str]]:
    """rule, level."""
    return [(one["rule"], one["level"]) for one in answer.json["findings"]]


PLANS = """
plan                                           | exit | the rules that stop it
2 gm r lido 1% 1ml --consent written           | 0    |
2 gm r lido 1% 1ml                             | 0    |
2 ut l, ls l lido 1% 1ml each                  | 0    |
4 gm r dry                                     | 0    |
4 gm r lido 1% 1ml                             | 4    | allergy_amide
4 ql r dry                                     | 4    | anticoagulant
2 gm r lido 1% 32ml                            | 4    | la_over_limit
5 gm r lido 1% 11ml                            | 4    | weight_missing
5 gm r lido 1% 1ml                             | 0    |
2 lt l, lt r dry                               | 4    | pneumothorax_site
2 gm r ketorolac 30mg                          | 4    | ketorolac_use
4 gm r ketorolac 30mg + lido 1% 1ml            | 4    | allergy_amide, ketorolac_use
"""


@pytest.mark.parametrize(("plan", "code", "rules"), rows(PLANS), ids=[row[0] for row in rows(PLANS)])
def test_a_plan_stops_or_does_not(ward: Clinic, plan: str, code: str, rules: str) -> None:
    before = everything(ward)
    answer, told = (ward.run("check", *words(plan), *form) for form in (["--json"], []))
    assert (answer.code, told.code) == (int(code), int(code))
    stops = [rule for rule, level in found(answer) if level in {"block", "override"}]
    assert ", ".join(stops) == rules
    assert answer.json["blocked"] == bool(rules)
    verdict = "the plan stops here" if rules else "nothing stops the plan"
    assert told.out.splitlines()[-1] == f"{verdict}; nothing was recorded"
    if rules:
        hint = "  hint: change the plan; tpi inject records it with a reason"
        assert talk(told) == [f"tpi: the plan is stopped by {rules}", hint]
    assert everything(ward) == before, "a plan leaves no trace"


def test_everything_is_told_at_once_worst_first(ward: Clinic) -> None:
    answer = ward.run("check", "4", "ql r, ut l lido 1% epi 1:200000 2ml each", "--json")
    assert found(answer) == [
        ("allergy_amide", "block"),
        ("anticoagulant", "override"),
        ("consent_missing", "warn"),
        ("pneumothorax_site", "warn"),
        ("no_diagnosis", "warn"),
    ]
    lines = ward.run("check", "4", "ql r, ut l lido 1% epi 1:200000 2ml each").out.splitlines()
    levels = [line.split()[0] for line in lines if line.endswith("]")]
    assert levels == ["STOP", "REASON", "warning", "warning", "warning"]


def test_what_scripts_lean_on(ward: Clinic) -> None:
    answer = ward.run("check", "4", "ql r lido 1% 2ml", "--json")
    told = envelope(answer, "check")
    assert (told["session"], told["patient"], told["blocked"]) == (None, "PT-0004", True)
    for one in told["findings"]:
        assert list(one) == ["rule", "level", "site", "sites", "text", "source", "revision", "reason", "recording"]
        assert one["revision"] == "screening/1"
        assert one["text"]
        assert one["source"]
        assert one["reason"] is None
    by_rule = {one["rule"]: one for one in told["findings"]}
    assert (by_rule["anticoagulant"]["site"], by_rule["anticoagulant"]["sites"]) == (1, [1])
    assert (by_rule["allergy_amide"]["site"], by_rule["allergy_amide"]["sites"]) == (None, [])
    assert by_rule["allergy_amide"]["text"].startswith("lidocaine:rash. Allergy to an amide")
    assert told["dose"] == {
        "fraction": "0.067",
        "profile": "us-label",
        "agents": [
            {"agent": "lidocaine", "mg": "20", "epinephrine": False, "limit_mg": "300", "fraction": "0.067"},
        ],
        "unknown": [],
    }
    fault = json.loads(answer.err.splitlines()[-1])["error"]
    assert (fault["code"], fault["kind"]) == (4, "safety")


WORKED = """
patient | weight | fraction | words
1       | 50     | 0.694    | 0.69 of the limit
2       | 70     | 0.512    | 0.51 of the limit
3       | 100    | 0.476    | 0.48 of the limit
"""


@pytest.mark.parametrize(("patient", "weight", "fraction", "told"), rows(WORKED))
def test_the_worked_example_of_two_anaesthetics(
    ward: Clinic, patient: str, weight: str, fraction: str, told: str
) -> None:
    """Lidocaine 100 mg and bupivacaine 25 mg: each part of its own limit, by weight or by the cap in mg."""
    plan = ("check", patient, "gm r lido 1% 10ml + bupi 0.25% 10ml")
    assert ward.ok(*plan, "--json").json["dose"]["fraction"] == fraction, f"at {weight} kg"
    assert f"bupivacaine 25 mg ({told})" in ward.ok(*plan).out


def test_what_was_given_today_counts_and_other_days_do_not(ward: Clinic) -> None:
    plan = ("check", "2", "gm r lido 1% 15ml", "--json")
    assert ward.ok(*plan).json["dose"]["fraction"] == "0.500"
    ward.inject("2", "is r lido 1% 15ml", "--on", "yesterday")
    assert ward.ok(*plan).json["dose"]["fraction"] == "0.500"
    ward.inject("2", "is l lido 1% 18ml")
    answer = ward.run(*plan)
    assert (answer.code, answer.json["dose"]["fraction"]) == (4, "1.100")
    assert ("la_over_limit", "block") in found(answer)


def test_the_profile_of_the_clinic_holds(ward: Clinic) -> None:
    plan = ("check", "2", "gm r lido 1% 18ml", "--json")
    assert ward.ok(*plan).json["dose"]["fraction"] == "0.600"
    ward.ok("config", "set", "dose.profile", "conservative")
    told = ward.run(*plan).json["dose"]
    assert (told["profile"], told["fraction"], told["agents"][0]["limit_mg"]) == ("conservative", "0.900", "200")


def test_a_plan_and_what_was_done_are_measured_differently(ward: Clinic) -> None:
    """Consent can still be asked for; a weight can still be taken. Afterwards it is the other way round."""
    plan = ("5", "gm r lido 1% 11ml", "--json")
    planned = dict(found(ward.run("check", *plan)))
    done = dict(found(ward.run("inject", *plan, "-n")))
    assert (planned["consent_missing"], planned["weight_missing"]) == ("warn", "override")
    assert (done["consent_missing"], done["weight_missing"]) == ("override", "warn")


def test_a_reason_lets_the_plan_pass_and_is_shown(ward: Clinic) -> None:
    answer = ward.ok("check", "4", "gm r lido 1% 1ml", "--override", "allergy_amide=tested in 2025")
    assert "recorded all the same: tested in 2025" in answer.out
    assert answer.out.endswith("nothing stops the plan; nothing was recorded\n")
    assert (
        ward.ok("check", "4", "gm r lido 1% 1ml", "--override", "allergy-amide=tested", "--json").json["blocked"]
        is False
    )


def test_a_reason_nobody_asked_for_is_pointed_out(ward: Clinic) -> None:
    answer = ward.ok("check", "2", "gm r dry", "--override", "red_flag=just in case")
    assert "  note: no reason was needed for red_flag" in answer.out


def test_a_reason_that_is_not_kept_is_not_said_to_be(ward: Clinic) -> None:
    words = ("inject", "2", "ut l lido 1% 1ml", "--consent", "written", "--override", "no_diagnosis=seen before")
    told = ward.ok(*words, "--dry-run").out
    assert "  note: no reason was needed for no_diagnosis" in told
    assert "warning  no_diagnosis" in told
    assert "recorded all the same" not in told
    findings = ward.ok(*words, "--dry-run", "--json").json["findings"]
    assert [one["reason"] for one in findings if one["rule"] == "no_diagnosis"] == [None]


def test_items_from_stdin(ward: Clinic) -> None:
    before = everything(ward)
    answer = ward.run("check", "2", "-", "--json", stdin="ut l, ls l\nlido 1% 1ml each\n")
    assert (answer.code, [one["muscle"] for one in answer.json["sites"]]) == (
        0,
        ["trapezius_upper", "levator_scapulae"],
    )
    assert ward.run("check", "4", "-", stdin="gm r lido 1% 1ml").code == 4
    assert everything(ward) == before


def test_a_level_the_clinic_set_holds_at_once(ward: Clinic) -> None:
    plan = ("check", "4", "gm r lido 1% 1ml", "--json")
    assert ward.run(*plan).code == 4
    ward.ok(*words("rule set allergy_amide --level warn --reason 'allergist on site'"))
    assert ("allergy_amide", "warn") in found(ward.ok(*plan))
    ward.ok(*words("rule set consent_missing --level block --reason 'consent before the plan'"))
    answer = ward.run(*plan)
    assert (answer.code, found(answer)[0]) == (4, ("consent_missing", "block"))


def test_quiet_silences_no_finding(ward: Clinic) -> None:
    assert "STOP     allergy_amide" in ward.run("check", "4", "gm r lido 1% 1ml", "-q").out


def test_the_answer_goes_where_it_is_sent(ward: Clinic) -> None:
    path = ward.home / "plan.txt"
    answer = ward.run("check", "4", "gm r lido 1% 1ml", "-o", str(path))
    assert (answer.code, answer.out) == (4, "")
    assert "STOP     allergy_amide" in path.read_text()


REFUSED = """
typed                                     | code | line                               | hint
2 ut lido 1% 1ml                          | 2    | which side?                        | ut l, ut r
2 ut l lido 1% 1                          | 2    | 1                                  |
99 ut l lido 1% 1ml                       | 3    | no patient PT-0099                 | tpi find
tan ut l lido 1% 1ml                      | 2    | 'tan' is no patient id             | tpi find
2 ut l lido 1% 1ml --on tomorrow          | 2    | future                             |
2 ut l lido 1% 1ml --override red_flg=x   | 3    | no rule 'red_flg'                  | did you mean red_flag?
2 ut l lido 1% 1ml --override red_flag    | 2    | --override red_flag has no reason  | --override red_flag='why
2 ut l lido 1% 1ml --override red_flag=   | 2    | --override red_flag has no reason  | --override red_flag='why
"""


@pytest.mark.parametrize(("typed", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused(ward: Clinic, typed: str, code: str, line: str, hint: str) -> None:
    told = refused(ward, "check", *words(typed))
    assert (told[0], line in told[1], hint in told[2]) == (int(code), True, True), told


def test_two_reasons_for_one_rule(ward: Clinic) -> None:
    two = ("--override", "red_flag=a", "--override", "red-flag=b")
    assert refused(ward, "check", "2", "ut l dry", *two)[:2] == (2, "two reasons for red_flag")


def test_nothing_planned(ward: Clinic) -> None:
    assert refused(ward, "check", "2", "-", stdin="\n")[:2] == (2, "what is planned?")
