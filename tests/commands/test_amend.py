"""`tpi session amend`: what is named is replaced, everything else stays; every version is kept and told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, talk, words
from tests.commands.trust import content, differing, due, sound
from tests.conftest import ME, Clinic, working_under

SESSION = "S-0018"
TOLD = ("--pain", "7:3", "--next", "6w", "--lot", "lido=L1@2027-03-31", "--lot", "triam=T9", "--needle", "25Gx38mm",
        "--guidance", "ultrasound", "--position", "prone", "--twitch", "ut l", "--with", "massage", "--dx", "M79.18",
        "--note", "first visit", "--adverse", "soreness:two days")  # fmt: skip
ITEMS = "ut l x3, ls l lido 1% 1ml each, gm r lido 1% 2ml + triam 10mg"


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.ok(*words("clinician add JS --account jsmith"))
        clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A12", "--weight", "70")
        for day in ("2026-11-10", "2026-11-12"):
            clinic.ok("book", "1", f"{day} 09:00", TPI_TODAY="2026-11-02")
        clinic.inject("1", ITEMS, "--on", "2026-11-10", *TOLD)

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    """PT-0001 with S-0018 of 10 Nov: three sites, everything said of it; appointments on the 10th and the 12th."""
    return copied(_mei, tmp_path)


def amended(clinic: Clinic, *more: str) -> dict[str, Any]:
    """The session as it is told after an amendment."""
    clinic.ok("session", "amend", SESSION, *more, "--reason", "misread", "--yes")
    return shown(clinic)


def shown(clinic: Clinic, code: str = SESSION) -> dict[str, Any]:
    found: dict[str, Any] = clinic.ok("session", "show", code, "--json").json
    return {name: value for name, value in found.items() if name != "generated_at"}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """What is not as it was, but for what an amendment itself leaves; of the injections which columns."""
    top = {name for name in before if before[name] != after[name] and not name.startswith("amend")} - {"injections"}
    pairs = zip(before["injections"], after["injections"], strict=True)
    return top | {name for one, other in pairs for name in one if one[name] != other[name]}


OPTIONS = """
words                              | changed   | to
--pain 6:2                         | pain      | {"before": 6, "after": 2}
--pain 0                           | pain      | {"before": 0, "after": null}
--consent verbal                   | consent   | "verbal"
--needle 27Gx25mm                  | needle    | "27Gx25mm"
--guidance palpation               | guidance  | "palpation"
--position sitting                 | position  | "sitting"
--with 'stretching,exercise'       | with      | "stretching,exercise"
--dx M54.2                         | diagnosis | "M54.2"
--note 'second thoughts'           | note      | "second thoughts"
--next 3mo                         | follow_up | "3mo"
--next none                        | follow_up | "none"
--lot lido=L2@2027-04-30 --lot triam=T9 | lot expiry | "L2"
--twitch 'ls l'                    | twitch    | false
--twitch none                      | twitch    | false
--on 2026-11-11                    | date      | "2026-11-11"
"""


@pytest.mark.parametrize(("typed", "names", "to"), rows(OPTIONS))
def test_what_is_named_is_replaced_and_nothing_else(mei: Clinic, typed: str, names: str, to: str) -> None:
    before = shown(mei)
    after = amended(mei, *words(typed))
    assert changed(before, after) == set(names.split())
    name = names.split()[0]
    assert (after[name] if name in after else after["injections"][0][name]) == json.loads(to)
    told = (after["amended_by"], after["amend_reason"])
    assert told == (ME, "misread")
    sound(mei)


def test_an_event_is_added_to_those_on_file(mei: Clinic) -> None:
    after = amended(mei, "--adverse", "vasovagal")
    assert sorted(one["type"] for one in after["adverse"]) == ["soreness", "vasovagal"]
    assert changed(shown(mei), after) == set()
    sound(mei)


def test_items_replace_all_injections(mei: Clinic) -> None:
    """Their lots and twitches go with them; needle, consent, pain and the follow-up stay."""
    before = shown(mei)
    after = amended(mei, *words("ut r lido 2% 0.5ml"))
    assert [(one["muscle"], one["side"], one["strength"], one["volume_ml"]) for one in after["injections"]] == [
        ("trapezius_upper", "R", "2", "0.5")
    ]
    one = after["injections"][0]
    assert (one["lot"], one["twitch"], one["needle"], one["guidance"]) == (None, None, "25Gx38mm", "ultrasound")
    assert one["follow_up"] == "6w"
    kept = ("date", "pain", "consent", "position", "with", "diagnosis", "note", "clinician", "recorded_at", "adverse")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["sites"] == [{"muscle": "trapezius_upper", "side": "R"}]
    assert float(after["dose"]["fraction"]) < float(before["dose"]["fraction"])
    sound(mei)


def test_another_side_moves_the_due_date_with_it(mei: Clinic) -> None:
    amended(mei, *words("ut r lido 1% 1ml"))
    (row,) = mei.ok("due", "1", "--status", "all", "--json").rows
    assert [(site["muscle"], site["side"], site["due"]) for site in row["sites"]] == [
        ("trapezius_upper", "R", "2026-12-22")
    ]
    sound(mei)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("session amend S-0018 --pain 6", "an amendment needs a reason"),
        ("session amend S-0018 --pain 6 --reason ''", "an amendment needs a reason"),
        ("session amend S-0018 --reason x", "what is to be amended?"),
        ("session amend S-0018 --on tomorrow --reason x", "is in the future"),
        ("session amend S-0018 --pain 11 --reason x", "pain is 0 to 10"),
        ("session amend S-0018 --twitch 'gm l' --reason x", "--twitch names a site that was not treated"),
        ("session amend S-0018 ut lido 1% 1ml --reason x", "side"),
        ("session amend S-0018 --lot bupi=B1 --reason x", "was given"),
    ],
)
def test_what_cannot_be_amended_so_is_refused(mei: Clinic, command: str, says: str) -> None:
    code, line, _ = refused(mei, *words(command))
    assert code == 2
    assert says in line


def test_a_void_session_or_none_is_refused(mei: Clinic) -> None:
    assert refused(mei, *words("session amend S-0019 --pain 6 --reason x"))[0] == 3
    mei.ok(*words("session void S-0018 --reason x --yes"))
    assert refused(mei, *words("session amend S-0018 --pain 6 --reason x"))[:2] == (5, "S-0018 is void")


def test_it_shows_the_session_before_and_after_and_asks(mei: Clinic) -> None:
    before = everything(mei)
    answer = mei.run(*words("session amend S-0018 --pain 6:2 --reason misread"), stdin="n\n")
    assert answer.code == 9
    lines = talk(answer)
    assert lines[0].startswith("S-0018  2026-11-10")
    here = lines.index("amended to:")
    assert "  pain       7:3" in lines[:here]
    assert any("pain 6 to 2" in line for line in lines[here:])
    assert everything(mei) == before
    mei.ok(*words("session amend S-0018 --pain 6:2 --reason misread --dry-run"))
    assert everything(mei) == before


def test_what_scripts_lean_on(mei: Clinic) -> None:
    found = envelope(mei.ok(*words("session amend S-0018 --next 3mo --reason x --yes --json")), "session-amend")
    assert (found["session"], found["patient"], found["next"]) == (SESSION, "PT-0001", "2027-02-10")
    out = mei.ok(*words("session amend S-0018 --next 6w --reason x --yes")).out
    assert out.startswith("amended S-0018  PT-0001  TAN, Mei")


# --- screened as if the version before had not been


def test_the_dose_of_the_day_is_not_counted_twice(clinic: Clinic) -> None:
    """60 % of the limit, amended, is 60 % and not 120 %."""
    clinic.patient("Tan, Mei", "1971-03-04", "--weight", "70")
    clinic.inject("1", "ut l lido 1% 18ml")
    before = clinic.ok("session", "show", SESSION, "--json").json["dose"]
    assert 0.5 < float(before["fraction"]) < 1
    found = clinic.ok(*words("session amend S-0018 --pain 5 --reason x --yes --json")).json
    assert (float(found["dose"]["fraction"]), found["blocked"]) == (float(before["fraction"]), False)
    assert clinic.ok("session", "show", SESSION, "--json").json["dose"] == before
    stopped = clinic.run(*words("session amend S-0018 ut l lido 1% 40ml --reason x --yes"))
    assert stopped.code == 4
    clinic.inject("1", "ls l lido 1% 5ml")
    both = clinic.ok(*words("session amend S-0018 --pain 6 --reason x --yes --json")).json["dose"]["fraction"]
    assert float(both) > float(before["fraction"]), "the other session of the day still counts"
    sound(clinic)


def test_the_session_is_not_too_soon_after_itself(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--payer", "medicare_mac")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-10", "--next", "6w")
    found = clinic.ok(*words("session amend S-0018 --on 2026-11-12 --reason x --yes --json")).json
    assert "interval_short" not in {one["rule"] for one in found["findings"]}
    assert due(clinic)[0]["due"] == "2026-12-24"
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-09-01")
    stopped = clinic.run(*words("session amend S-0018 --on 2026-09-10 --reason x --yes --json"))
    assert stopped.code == 4
    assert "interval_short" in stopped.error["message"]
    sound(clinic)


def test_reasons_given_are_kept_and_more_can_be_given(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--payer", "medicare_mac")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-20")
    code = clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-10", "--override", "interval_short=agreed with them")

    def reasons() -> dict[str, str]:
        found = clinic.ok("session", "show", code, "--json").json["findings"]
        return {one["rule"]: one["reason"] for one in found if one["reason"]}

    assert reasons() == {"interval_short": "agreed with them"}
    clinic.ok("session", "amend", code, "--pain", "5", "--reason", "x", "--yes")
    assert reasons() == {"interval_short": "agreed with them"}
    clinic.ok("session", "amend", code, "--override", "interval_short=letter of 3 Nov", "--reason", "x", "--yes")
    assert reasons() == {"interval_short": "letter of 3 Nov"}
    sound(clinic)


def test_a_signed_session_is_signed_by_who_amends_it(mei: Clinic) -> None:
    mei.ok("sign", SESSION, "--yes")
    at = shown(mei)["signed_at"]
    with working_under("jsmith"):
        after = amended(mei, "--pain", "8:1")
    assert (after["signed"], after["signed_by"], after["amended_by"]) == (True, "jsmith", "jsmith")
    assert after["signed_at"] >= at
    sound(mei)


def test_an_unsigned_one_stays_unsigned(mei: Clinic) -> None:
    after = amended(mei, "--pain", "8:1")
    assert (after["signed"], after["signed_by"]) == (False, None)


# --- what hangs on the session


def test_outcomes_recorded_against_it_stay(mei: Clinic) -> None:
    mei.ok(*words("outcome 1 2 --on 2026-11-20 --relief 70 --note 'sleeps again'"))
    mei.ok(*words("outcome 1 1 --on 2026-11-20 --site 'ut l'"))
    table = content(mei)["outcome"]
    later = [row for row in table if "later" in row]
    assert len(later) == 2
    amended(mei, *words("ut l lido 1% 1ml --pain 9:4"))
    assert [row for row in content(mei)["outcome"] if "later" in row] == later
    assert shown(mei)["pain"] == {"before": 9, "after": 4}
    sound(mei)


def test_the_appointment_of_the_old_day_opens_and_that_of_the_new_day_closes(mei: Clinic) -> None:
    def diary() -> dict[str, str]:
        return {
            row["start"][:10]: row["status"] for row in mei.ok(*words("appt list --patient 1 --status all --json")).rows
        }

    assert diary() == {"2026-11-10": "done", "2026-11-12": "booked"}
    amended(mei, "--on", "2026-11-12")
    assert diary() == {"2026-11-10": "booked", "2026-11-12": "done"}
    sound(mei)
    amended(mei, "--on", "2026-11-10")
    assert diary() == {"2026-11-10": "done", "2026-11-12": "booked"}
    amended(mei, "--pain", "1")
    assert diary() == {"2026-11-10": "done", "2026-11-12": "booked"}
    sound(mei)


def test_plans_of_other_sessions_stay_and_due_dates_follow(mei: Clinic) -> None:
    other = mei.inject("1", "ls l lido 1% 1ml", "--on", "2026-11-20", "--next", "3mo")
    before = shown(mei, other)
    amended(mei, "--next", "1mo")
    assert shown(mei, other) == before
    found = {(one["muscle"], one["side"]): one["due"] for one in due(mei)[0]["sites"]}
    assert found == {("trapezius_upper", "L"): "2026-12-10", ("gluteus_medius", "R"): "2026-12-10",
                     ("levator_scapulae", "L"): "2027-02-20"}  # fmt: skip
    sound(mei)


def test_an_amendment_is_taken_back_whole(mei: Clinic) -> None:
    before = content(mei)
    amended(mei, *words("gm l lido 1% 1ml --pain 1 --on 2026-11-12 --next none"))
    mei.ok("undo", "--yes")
    assert differing(before, content(mei)) == []
    sound(mei)


IMPORTED = """\
mrn,date,clinician,muscle,side,agent,strength,volume_ml,passes,pain_before,pain_after,follow_up,lot,expiry,twitch,adverse,note,source_id
A12,2026-11-01,NN,trapezius_upper,R,lidocaine,1%,1,2,5,2,3mo,L7,2027-01-31,yes,,left of the scar,x1
A12,2026-11-01,NN,gluteus_medius,L,lidocaine,1%,1,1,6,1,6w,L8,2027-02-28,no,,,x2
"""


def test_a_session_that_came_from_a_file_keeps_what_each_row_said(mei: Clinic) -> None:
    """Two lots of one agent, a plan, a note, a score and an id of its own for each site; the file is known again."""
    name = mei.file("old.csv", IMPORTED)
    mei.ok("import", name)
    code = next(row["session"] for row in mei.ok("session", "list", "--json").rows if row["date"] == "2026-11-01")
    before, files = shown(mei, code), mei.ok("export", "csv", "--kind", "injections").out
    mei.ok(*words(f"session amend {code} --dx M79.18 --reason 'asked by the payer' --yes"))
    assert changed(before, shown(mei, code)) - {"dose", "findings"} == {"diagnosis"}
    assert mei.ok("export", "csv", "--kind", "injections").out == files
    kept = content(mei)
    mei.ok("import", name)
    assert differing(kept, content(mei)) == []
    sound(mei)


# --- every version


def versions(clinic: Clinic, code: str = SESSION) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = envelope(
        clinic.ok("session", "show", code, "--history", "--json"), "session-history"
    )["versions"]
    return found


def test_every_version_is_told_as_it_was(mei: Clinic) -> None:
    told = [shown(mei)]
    with working_under("jsmith"):
        told.append(amended(mei, *words("ut r lido 2% 0.5ml --pain 6:2 --lot lido=L5")))
    told.append(amended(mei, *words("--on 2026-11-12 --next 3mo")))
    mei.ok(*words("session void S-0018 --reason 'wrong patient' --yes"))
    told.append(shown(mei))
    found = versions(mei)
    assert [(one["version"], one["act"], one["by"]) for one in found] == [
        (1, "inject", ME), (2, "session amend", "jsmith"), (3, "session amend", ME), (4, "session void", ME)
    ]  # fmt: skip
    assert [one["amend_reason"] for one in found] == [None, "misread", "misread", "misread"]
    for version, was in zip(found, told, strict=True):
        names = set(version) & set(was) - {"schema", "today", "adverse"}
        assert {name: version[name] for name in names} == {name: was[name] for name in names}
    assert {"sites", "agents", "pain", "injections", "findings", "dose", "date"} <= names
    assert [one["sites"] for one in found] == [one["sites"] for one in told]
    assert len({one["entry"] for one in found}) == 4
    sound(mei)


def test_and_in_words(mei: Clinic) -> None:
    amended(mei, *words("ut r lido 2% 0.5ml --pain 6:2"))
    lines = mei.ok("session", "show", SESSION, "--history").out.splitlines()
    heads = [line for line in lines if line.startswith("version ")]
    assert [head.split(",")[0] for head in heads] == ["version 1", "version 2"]
    assert f"by {ME}: inject (entry " in heads[0]
    assert f"by {ME}: session amend (entry " in heads[1]
    first, second = "\n".join(lines[: lines.index(heads[1])]), "\n".join(lines[lines.index(heads[1]) :])
    for there, one in {"levator scapulae L": first, "lot L1": first, "20 mg/mL": second, "misread": second}.items():
        assert there in one, (there, one)
    assert "levator" not in second
    assert "misread" not in first
    assert ("7" in first, "6" in second) == (True, True)


def test_a_version_is_still_told_when_its_site_went_to_another_record(mei: Clinic) -> None:
    """A merge takes the second record's site away where the first has the same: what was given there is still told."""
    mei.patient("Tan, Mei Ling", "1971-03-05")
    mei.inject("2", "ls l lido 1% 1ml", "--on", "2026-11-01")
    mei.ok(*words("session amend S-002B --pain 5 --reason x --yes"))
    before = [one["sites"] for one in versions(mei, "S-002B")]
    mei.ok(*words("patient merge 1 2 --yes"))
    found = versions(mei, "S-002B")
    assert [one["sites"] for one in found] == [*before, before[-1]]
    assert {one["muscle"] for version in found for one in version["injections"]} == {"levator_scapulae"}


@pytest.mark.parametrize("level", ["names", "all"])
def test_redacted_a_history_names_nobody(mei: Clinic, level: str) -> None:
    amended(mei, "--note", "beware of the dog")
    out = mei.ok("session", "show", SESSION, "--history", "--redact", level).out
    assert not [word for word in ("Tan", "1971", "dog", "first visit", "misread") if word in out]
    assert out.count("version ") == 2


def test_redacted_for_a_program_too(mei: Clinic) -> None:
    amended(mei, "--note", "beware of the dog")
    out = mei.ok("session", "show", SESSION, "--history", "--redact", "names", "--json").out
    assert not [word for word in ("dog", "first visit", "misread") if word in out]
