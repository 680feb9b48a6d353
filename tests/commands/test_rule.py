"""`tpi rule list|show|set`: every rule with its source and sign-off; the clinic's own values, with who and why."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands.board import board
from tests.commands.reading import envelope, everything, refused, rows, talk, words
from tests.conftest import ME, Answer, Clinic
from tpi_cli.reference import screening

# --- list and show


def test_every_shipped_rule_is_listed(home: Clinic) -> None:
    """Without a store as well: what is checked is no secret of a clinic."""
    answer = home.ok("rule", "list", "--json")
    assert [row["rule"] for row in envelope(answer, "rule-list")["rows"]] == list(screening.shipped())
    plain = home.ok("rule", "list")
    heading = "RULE PLAN RECORD RAISED NUMBERS CLINIC SIGN OFF WORDS"
    assert " ".join(plain.out.splitlines()[0].split()) == heading
    assert talk(plain) == ["50 rules, 0 changed by the clinic; see SIGN OFF"]
    assert all("not signed off" in line for line in plain.out.splitlines()[1:])


def test_a_rule_for_programs(home: Clinic) -> None:
    (row,) = [row for row in home.ok("rule", "list", "--json").rows if row["rule"] == "anticoagulant"]
    assert row == {
        "rule": "anticoagulant", "planning": "warn", "recording": "warn", "raised": "override",
        "alerts": ["anticoagulant"], "agents": [], "numbers": {"drugs": "2"}, "text": row["text"],
        "source": "uptodate-narouze|asra-2019|fpnotebook|house-rule", "effective_from": None, "effective_to": None,
        "sign_off": "not signed off", "revision": "screening/1", "clinic": False,
    }  # fmt: skip
    assert row["text"].startswith("On an anticoagulant or antiplatelet drug.")


@pytest.mark.parametrize("rule", screening.shipped())
def test_every_rule_can_be_looked_up_with_its_sources(home: Clinic, rule: str) -> None:
    answer = home.ok("rule", "show", rule)
    lines = answer.out.splitlines()
    one = screening.shipped()[rule]
    assert lines[0] == rule
    assert f"  words     {one.words}" in lines
    assert f"  plan      {one.planning}" in lines
    assert f"  record    {one.recording}" in lines
    assert "  sign-off  not signed off" in lines
    told = [line for line in lines if line.startswith("  source    ")]
    assert len(told) == len(one.source.split("|"))
    assert all(line.endswith(("(read)", "only)", "hand)", "rule)")) for line in told), "how well it was read"
    assert len([line for line in lines if line.startswith("  number    ")]) == len(one.numbers)
    assert home.ok("rule", "show", rule.replace("_", "-").upper(), "--json").json["rule"] == rule


def test_a_rule_that_is_not_there(home: Clinic) -> None:
    code, line, hint = refused(home, "rule", "show", "steroid_intervall")
    assert (code, line) == (3, "no rule 'steroid_intervall' in the screening")
    assert hint == "did you mean steroid_interval, steroid_total or steroid_any?"
    assert refused(home, "rule", "show", "qqqq") == (3, "no rule 'qqqq' in the screening", "tpi rule list names them")


# --- set

SET = """
typed                                       | said
la_near_limit --level note                  | la_near_limit: level = note
la_near_limit --value fraction=0.7          | la_near_limit: fraction = 0.7
la_near_limit --value 0.70                  | la_near_limit: fraction = 0.7
la-near-limit --value .7                    | la_near_limit: fraction = 0.7
steroid_interval --value days=60            | steroid_interval: days = 60
red_flag --level warn                       | red_flag: level = warn
"""


@pytest.mark.parametrize(("typed", "said"), rows(SET), ids=[row[0] for row in rows(SET)])
def test_a_value_is_set_with_a_reason(shipped: Clinic, typed: str, said: str) -> None:
    answer = shipped.ok("rule", "set", *words(typed), "--reason", "clinic policy 12", "--as", "JS")
    assert answer.out.splitlines() == [f"set {said}", "no date moves"]
    rule, name, value = said.replace(":", "").replace(" =", "").split()
    shown = shipped.ok("rule", "show", rule, "--json").json
    assert (shown["planning"] if name == "level" else shown["numbers"][name]) == value
    assert shown["clinic"] is True
    (one,) = shown["history"]
    assert (one["name"], one["value"], one["reason"], one["set_by"]) == (
        name, value, "clinic policy 12", f"{ME} as JS",
    )  # fmt: skip
    assert talk(shipped.ok("rule", "list")) == ["50 rules, 1 changed by the clinic; see SIGN OFF"]


def test_level_and_numbers_at_once(shipped: Clinic) -> None:
    typed = "steroid_interval --level warn --value days=60 --value sessions=4"
    found = envelope(shipped.ok("rule", "set", *words(typed), "--reason", "x", "--json"), "rule-set")
    assert (found["rule"], found["set"]) == ("steroid_interval", {"level": "warn", "days": "60", "sessions": "4"})
    shown = shipped.ok("rule", "show", "steroid_interval", "--json").json
    assert shown["numbers"] == {"days": "60", "sessions": "4", "months": "12"}


def test_a_block_never_refuses_what_was_done(shipped: Clinic) -> None:
    shipped.ok(*words("rule set vasovagal --level block --reason x"))
    shown = shipped.ok("rule", "show", "vasovagal", "--json").json
    assert (shown["planning"], shown["recording"]) == ("block", "override")


def test_the_shipped_row_stays_on_file_beside_the_clinics(shipped: Clinic) -> None:
    shipped.ok(*words("rule set la_over_limit --value 0.9 --reason 'clinic policy 12'"))
    lines = shipped.ok("rule", "show", "la_over_limit").out.splitlines()
    (number,) = [line for line in lines if line.startswith("  number")]
    assert number.startswith("  number    fraction 0.9 (shipped: 1): ")
    assert lines[-1].endswith(f"{ME}: fraction = 0.9 (clinic policy 12)")


def test_every_change_is_told_the_oldest_first(shipped: Clinic) -> None:
    shipped.ok(*words("rule set la_near_limit --value 0.7 --reason one"))
    shipped.ok(*words("rule set la_near_limit --value 0.6 --reason two"))
    shipped.ok(*words("rule set la_near_limit --shipped --reason three"))
    lines = [line.partition(f"{ME}: ")[2] for line in shipped.ok("rule", "show", "la_near_limit").out.splitlines()]
    assert [line for line in lines if line] == [
        "fraction = 0.7 (one)", "fraction = 0.6 (two)", "fraction as shipped (three)",
    ]  # fmt: skip
    shown = shipped.ok("rule", "show", "la_near_limit", "--json").json
    assert (shown["numbers"], shown["clinic"]) == ({"fraction": "0.8"}, False)
    told = [row["what"] for row in shipped.ok("log", "--json").rows]
    assert told == [
        "la_near_limit fraction = as shipped: three",
        "la_near_limit fraction = 0.6: two",
        "la_near_limit fraction = 0.7: one",
    ]


def test_back_to_the_shipped_values(shipped: Clinic) -> None:
    shipped.ok(*words("rule set steroid_interval --level warn --value days=60 --reason x"))
    answer = shipped.ok(*words("rule set steroid_interval --shipped --reason 'audit of May'"))
    said = ["set steroid_interval: days as shipped", "set steroid_interval: level as shipped"]
    assert sorted(answer.out.splitlines()[:-1]) == said
    shown = shipped.ok("rule", "show", "steroid_interval", "--json").json
    assert (shown["planning"], shown["numbers"]["days"], shown["clinic"]) == ("override", "90", False)


def test_a_changed_rule_is_in_force_at_once(shipped: Clinic) -> None:
    shipped.patient("Tan, Mei", "1971-03-04", "--weight", "70")
    plan = ("check", "1", "gm r lido 1% 22ml", "--json")

    def levels(answer: Answer) -> dict[str, str]:
        return {one["rule"]: one["level"] for one in answer.json["findings"] if one["rule"].startswith("la_")}

    assert levels(shipped.ok(*plan)) == {}
    shipped.ok(*words("rule set la_near_limit --value 0.7 --reason 'clinic policy 12'"))
    assert levels(shipped.ok(*plan)) == {"la_near_limit": "warn"}
    shipped.ok(*words("rule set la_over_limit --value 0.72 --reason 'clinic policy 12'"))
    assert levels(shipped.run(*plan)) == {"la_over_limit": "block"}


REFUSED = """
typed                                                   | code | line                                                 | hint
la_over_limt --level warn --reason x                    | 3    | no rule 'la_over_limt'                               | did you mean la_over_limit
la_over_limit --level warn                              | 2    | a rule is not changed without a reason               | --reason 'why'
la_over_limit --level warn --reason ' '                 | 2    | a rule is not changed without a reason               | --reason 'why'
la_over_limit --reason x                                | 2    | nothing to set                                       | --level warn, --value NAME=NUMBER or --shipped
la_over_limit --level stop --reason x                   | 2    | --level cannot be 'stop'                             | block, override, warn, note
la_over_limit --value share=0.9 --reason x              | 2    | la_over_limit has no number 'share'                  | its numbers: fraction
steroid_interval --value 60 --reason x                  | 2    | steroid_interval has no number '60'                  | its numbers: days, sessions, months
red_flag --value 3 --reason x                           | 2    | red_flag has no number '3'                           | it has none, only a level
la_over_limit --value fraction=much --reason x          | 2    | fraction cannot be 'much'                            | a number from 0.05 to 1
la_over_limit --value fraction=0 --reason x             | 2    | fraction cannot be '0'                               | a number from 0.05 to 1
la_over_limit --value fraction=-1 --reason x            | 2    | fraction cannot be '-1'                              | a number from 0.05 to 1
la_over_limit --value fraction=1e3 --reason x           | 2    | fraction cannot be '1e3'                             | a number from 0.05 to 1
la_over_limit --value fraction=nan --reason x           | 2    | fraction cannot be 'nan'                             | a number from 0.05 to 1
la_over_limit --value fraction=99999 --reason x         | 2    | fraction cannot be '99999'                           | a number from 0.05 to 1
steroid_interval --value days=1.5 --reason x            | 2    | days cannot be '1.5'                                 | a whole number from 1 to 3650
steroid_interval --value days= --reason x               | 2    | days cannot be ''                                    | a whole number from 1 to 3650
steroid_interval --value days=1 --value days=2 --reason x | 2  | two values for one number of steroid_interval        | name each once
laterality_missing --level note --reason x              | 5    | a missing side is never let through                  | tpi rule show laterality_missing
laterality_missing --shipped --reason x                 | 5    | a missing side is never let through                  | tpi rule show laterality_missing
la_over_limit --shipped --reason x                      | 5    | la_over_limit is as shipped already                  | tpi rule show la_over_limit
la_over_limit --shipped --level warn --reason x         | 2    | --shipped takes no value beside it                   | --shipped --reason
la_over_limit --level warn --reason x --on yesterday    | 2    | --on                                                 |
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("typed", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused(shipped: Clinic, typed: str, code: str, line: str, hint: str) -> None:
    told = refused(shipped, "rule", "set", *words(typed))
    assert (told[0], line in told[1], hint in told[2]) == (int(code), True, True), told


def test_nothing_is_set_where_there_is_no_store(home: Clinic) -> None:
    assert refused(home, *words("rule set red_flag --level warn --reason x"))[0] == 6


def test_a_dry_run_keeps_nothing(shipped: Clinic) -> None:
    before = everything(shipped)
    answer = shipped.ok(*words("rule set la_near_limit --value 0.7 --reason x -n"))
    assert answer.out.splitlines()[0] == "would set la_near_limit: fraction = 0.7"
    assert "dry run" in answer.out
    assert shipped.ok(*words("rule set la_near_limit --value 0.7 --reason x -n --json")).json["dry_run"] is True
    assert everything(shipped) == before


# --- dates and statuses follow in the same transaction

CAPPED = """
Ann | 2026-10-26 | 2w  | | | | | medicare_mac
Bea | 2026-10-26 | 2w  | | | | | acme
Cal | 2026-08-23 | 3mo | | | | | medicare_mac
"""


@pytest.fixture
def insured(clinic: Clinic) -> Clinic:
    """Ann waits for her payer's 42 days until 7 December; scores are kept on paper."""
    return board(clinic, CAPPED)


def standing(clinic: Clinic) -> dict[str, Any]:
    return {row["name"]: row["status"] for row in clinic.ok("due", "--status", "all", "--json").rows}


def test_a_rule_taken_down_to_a_warning_makes_nobody_wait(insured: Clinic) -> None:
    assert standing(insured) == {"Ann": "capped", "Bea": "overdue", "Cal": "due"}
    answer = insured.ok(*words("rule set interval_short --level warn --reason 'we bill them ourselves'"))
    assert answer.out.splitlines() == ["set interval_short: level = warn", "1 site stands differently"]
    assert standing(insured) == {"Ann": "overdue", "Bea": "overdue", "Cal": "due"}
    reasons = insured.ok("why", "1", "--json").rows[0]["reasons"]
    assert [one["text"][-8:] for one in reasons if one["rule"] == "interval_short"] == ["(advice)"]
    insured.ok(*words("rule set interval_short --shipped --reason 'no longer'"))
    assert standing(insured)["Ann"] == "capped"


def test_asking_for_scores_again_makes_them_count(insured: Clinic) -> None:
    answer = insured.ok(*words("rule set no_response --shipped --reason 'scores are kept here now'"))
    assert answer.out.splitlines()[-1] == "3 sites stand differently"
    assert standing(insured) == {"Ann": "capped", "Bea": "reassess", "Cal": "reassess"}


def test_how_far_back_sessions_are_counted(clinic: Clinic) -> None:
    board(clinic, "Ann | 2026-01-12 | 3mo | | | | | medicare_mac")
    for on in ("2026-04-13", "2026-09-14"):
        clinic.inject("1", "ut l lido 1% 1ml", "--on", on, "--next", "6w")
    (row,) = clinic.ok("due", "--status", "all", "--json").rows
    assert (row["status"], row["eligible_from"]) == ("capped", "2027-01-12")
    clinic.ok(*words("rule set cap_reached --value months=6 --reason 'as the plan counts'"))
    (row,) = clinic.ok("due", "--status", "all", "--json").rows
    assert (row["status"], row["eligible_from"]) == ("overdue", "2026-10-26")


def test_a_dry_run_tells_what_would_move_and_moves_nothing(insured: Clinic) -> None:
    before = everything(insured)
    answer = insured.ok(*words("rule set interval_short --level note --reason x -n"))
    assert "1 site stands differently" in answer.out
    assert everything(insured) == before


def test_what_moves_is_kept_together_with_what_moved_it(insured: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh that fails takes the setting back with it."""
    from tpi_cli.store import keep

    def fail(*_: object) -> None:
        raise RuntimeError

    before = standing(insured)
    monkeypatch.setattr(keep, "refresh", fail)
    assert insured.run(*words("rule set interval_short --level warn --reason x")).code == 1
    monkeypatch.undo()
    assert insured.ok("rule", "show", "interval_short", "--json").json["history"] == []
    assert standing(insured) == before


def test_a_setting_is_one_stores_own(shipped: Clinic, tmp_path: Path) -> None:
    """Another store knows nothing of it."""
    shipped.ok(*words("rule set red_flag --level warn --reason x"))
    other = str(tmp_path / "other.db")
    shipped.ok("--db", other, "init")
    assert shipped.ok("--db", other, "rule", "show", "red_flag", "--json").json["clinic"] is False
