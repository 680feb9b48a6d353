"""`tpi patient elsewhere`: a dose somebody else gave, by its mass; who, what and when are said back."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, words
from tests.conftest import ME, Clinic
from tests.store.places import place
from tpi_cli.store import connect

HEAD = "PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)"


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """Tan, Mei, with a site in the left upper trapezius; the clinic has an ester and a vitamin of its own."""

    def build(clinic: Clinic) -> None:
        clinic.patient()
        clinic.ok(*words("site add 1 ut l"))
        clinic.ok(*words("agent add tetracaine 1% --kind ester"))
        clinic.ok(*words("agent add thiamine 50mg/ml --kind other"))

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    return copied(_mei, tmp_path)


def kept(clinic: Clinic) -> list[tuple[object, ...]]:
    sql = (
        "SELECT agent, mass, mass_unit, on_date, site.number, elsewhere.note, recorded_by FROM elsewhere"
        " LEFT JOIN site ON site.id = elsewhere.site_id ORDER BY elsewhere.id"
    )
    with connect.reading(place(clinic)) as db:
        return list(db.rows(sql))


DOSES = """
typed                                | agent                       | mass | unit  | date
triam 40mg                           | triamcinolone_acetonide     | 40   | mg    | 2026-11-23
triam 40 mg                          | triamcinolone_acetonide     | 40   | mg    | 2026-11-23
'triam 40mg'                         | triamcinolone_acetonide     | 40   | mg    | 2026-11-23
depo-medrol 80mg --on yesterday      | methylprednisolone_acetate  | 80   | mg    | 2026-11-22
methylprednisolone acetate 80mg      | methylprednisolone_acetate  | 80   | mg    | 2026-11-23
lido 100mg --on 2026-11-02           | lidocaine                   | 100  | mg    | 2026-11-02
2-chloroprocaine 10.50mg             | chloroprocaine              | 10.5 | mg    | 2026-11-23
dexa .5mg                            | dexamethasone               | 0.5  | mg    | 2026-11-23
botox 100units                       | onabotulinumtoxin_a         | 100  | units | 2026-11-23
myobloc 5000 units                   | rimabotulinumtoxin_b        | 5000 | units | 2026-11-23
tetracaine 20mg                      | tetracaine                  | 20   | mg    | 2026-11-23
"""


@pytest.mark.parametrize(("typed", "agent", "mass", "unit", "date"), rows(DOSES), ids=[row[0] for row in rows(DOSES)])
def test_a_dose_is_an_agent_and_a_mass(mei: Clinic, typed: str, agent: str, mass: str, unit: str, date: str) -> None:
    found = envelope(mei.ok("patient", "elsewhere", "1", *words(typed), "--json"), "patient-elsewhere")
    told = {"patient": "PT-0001", "agent": agent, "amount": mass, "unit": unit, "date": date}
    assert {name: found[name] for name in told} == told
    assert kept(mei) == [(agent, mass, unit, date, None, None, ME)]


def test_it_answers_with_the_patient_what_and_when(mei: Clinic) -> None:
    answer = mei.ok(*words("patient elsewhere 1 triam 40mg --note 'left knee, orthopaedics' --on yesterday"))
    assert answer.out.splitlines() == [
        f"recorded {HEAD}",
        "  triamcinolone acetonide 40 mg, elsewhere, Sun 22 Nov 2026 (yesterday): left knee, orthopaedics",
    ]
    assert kept(mei)[0][5] == "left knee, orthopaedics"


@pytest.mark.parametrize("site", ["'ut l'", "ut-l", "1", "'upper trapezius L'"])
def test_it_may_have_gone_into_a_site_of_ours(mei: Clinic, site: str) -> None:
    answer = mei.ok(*words(f"patient elsewhere 1 triam 40mg --site {site}"))
    assert "  triamcinolone acetonide 40 mg in upper trapezius L, elsewhere, " in answer.out
    assert kept(mei)[0][4] == 1


def test_the_due_dates_are_worked_out_anew(mei: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    from tpi_cli.store import keep

    told: list[list[str]] = []
    monkeypatch.setattr(keep, "refresh", lambda db, clinic, patients: told.append(list(patients)))
    mei.ok(*words("patient elsewhere 1 triam 40mg"))
    with connect.reading(place(mei)) as db:
        assert told == [[db.value("SELECT id FROM patient")]]


REFUSED = """
typed                       | code | line | hint
triam 1ml                   | 2    | 1 mL is a volume: how much triamcinolone acetonide was in | write the mass in mg
lido 1%                     | 2    | 1% is a strength: how much lidocaine was in it? | write the mass in mg
lido 1% 10ml                | 2    | 1% is a strength | write the mass in mg
triam 40                    | 2    | 40 what? a number needs its unit | write 40mg
botox 100                   | 2    | 100 what? a number needs its unit | write 100units
triam                       | 2    | how much triamcinolone acetonide? | a mass in mg
triam + lido                | 2    | how much triamcinolone acetonide? | a mass in mg
40mg triam                  | 2    | which drug? its name comes first | such as triam 40mg
''                          | 2    | which drug, and how much? | such as triam 40mg
triam 40units               | 2    | triamcinolone acetonide is measured in mg | write the mass in mg
botox 100mg                 | 2    | onabotulinumtoxinA is measured in units | write the mass in units
triam 40mcg                 | 2    | unknown unit 'mcg' | write it in mg
triam 0mg                   | 2    | an amount is more than 0 | write what was given
triam 1,5mg                 | 2    | a comma inside '1,5' | write 1.5mg
triam 40mg 5mg              | 2    | one dose at a time | enter the next by itself
'triam 40mg + lido 5mg'     | 2    | one dose at a time | enter the next by itself
triam 40mg knee             | 2    | one dose at a time | --site and --note say more
trim 40mg                   | 3    | no agent 'trim' | did you mean triamcinolone acetonide?
steroid 40mg                | 3    | 'steroid' is several agents | triamcinolone_acetonide
saline 5mg                  | 2    | normal saline is not counted | a local anaesthetic, a steroid or
ketorolac 30mg              | 2    | ketorolac is not counted | a local anaesthetic, a steroid or
thiamine 50mg               | 2    | thiamine is not counted | a local anaesthetic, a steroid or
triam 40mg --site 'ut r'    | 3    | no site | tpi site list PT-0001
triam 40mg --site 'ut both' | 2    | both is two sites | name one side
triam 40mg --on tomorrow    | 2    | Tue 24 Nov 2026 (tomorrow) is in the future | --on names the day
triam 40mg --on 1960-01-01  | 5    | 1960-01-01 is before the birth date | check --on
"""


@pytest.mark.parametrize(("typed", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused(mei: Clinic, typed: str, code: str, line: str, hint: str) -> None:
    found = refused(mei, "patient", "elsewhere", "1", *words(typed))
    assert found[0] == int(code)
    assert line in found[1]
    assert hint in found[2]


def test_a_patient_not_there_is_told(mei: Clinic) -> None:
    assert refused(mei, *words("patient elsewhere 99 triam 40mg"))[:2] == (3, "no patient PT-0099")


def test_the_same_dose_twice_would_count_twice(mei: Clinic) -> None:
    mei.ok(*words("patient elsewhere 1 triam 40mg --note 'left knee'"))
    code, line, _ = refused(mei, *words("patient elsewhere 1 kenalog 40.0mg --note 'left knee'"))
    assert (code, line) == (5, "this dose is on file already")
    for other in ("triam 40mg --note 'right knee'", "triam 40mg --note 'left knee' --on yesterday",
                  "triam 20mg --note 'left knee'", "dexa 40mg --note 'left knee'",
                  "triam 40mg --note 'left knee' --site 1"):  # fmt: skip
        mei.ok(*words(f"patient elsewhere 1 {other}"))
    assert len(kept(mei)) == 6


def test_a_dry_run_keeps_nothing(mei: Clinic) -> None:
    before = everything(mei)
    answer = mei.ok(*words("patient elsewhere 1 triam 40mg --dry-run"))
    assert answer.out.startswith(f"would record {HEAD}\n  triamcinolone")
    assert answer.out.endswith("dry run: nothing was kept\n")
    assert everything(mei) == before


@pytest.mark.parametrize("form", ["plain", "json"])
def test_redacting_leaves_out_the_person_and_then_the_dose(mei: Clinic, form: str) -> None:
    typed = words(f"patient elsewhere 1 triam 37.25mg --site 1 --note Znote -n --format {form} --redact")
    whole, names, bare = (mei.ok(*typed, level).out for level in ("none", "names", "all"))
    assert "Znote" in whole
    assert "triamcinolone" in names
    assert [word for word in ("Znote", "TAN", "1971") if word in names] == []
    assert [word for word in ("Znote", "TAN", "1971", "triamcinolone", "37.25", "trapezius") if word in bare] == []


# --- taken back


def test_a_dose_entered_wrongly_is_taken_back_and_kept(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("patient", "elsewhere", "1", "triam", "400mg", "--on", "2026-11-20")
    refused_line = clinic.run("patient", "elsewhere", "1", "triam", "400mg", "--on", "2026-11-20", "--void", ".")
    assert (refused_line.code, "without a reason" in refused_line.err) == (2, True)
    back = clinic.ok("patient", "elsewhere", "1", "triam", "400mg", "--on", "2026-11-20", "--void", "it was 40 mg")
    assert back.out.startswith("taken back: PT-0001")
    assert clinic.ok("exposure", "1", "--json").rows == []
    again = clinic.run("patient", "elsewhere", "1", "triam", "400mg", "--on", "2026-11-20", "--void", "it was 40 mg")
    assert again.code == 3
    clinic.ok("patient", "elsewhere", "1", "triam", "40mg", "--on", "2026-11-20")
    assert clinic.ok("exposure", "1", "--json").json["steroid"]["equivalent_mg"] == "40"
    told = [row["act"] for row in clinic.ok("log", "1", "--json").rows]
    assert told.count("dose elsewhere") == 2
    assert "dose elsewhere taken back" in told


def test_taking_back_is_only_tried_with_dry_run(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("patient", "elsewhere", "1", "lido", "100mg")
    before = clinic.bytes()
    said = clinic.ok("patient", "elsewhere", "1", "lido", "100mg", "--void", "it was 10 mg", "--dry-run")
    assert said.out.startswith("would take back: PT-0001")
    assert clinic.bytes() == before


def test_of_two_doses_alike_the_one_entered_last_is_taken_back(clinic: Clinic) -> None:
    clinic.patient()
    for note in ("left knee", "right knee"):
        clinic.ok("patient", "elsewhere", "1", "triam", "40mg", "--note", note)
    clinic.ok("patient", "elsewhere", "1", "triam", "40mg", "--void", "it was the left one again")
    kept = clinic.ok("export", "json").json["tables"]["elsewhere"]
    assert {row["note"]: row["voided_at"] is not None for row in kept} == {"left knee": False, "right knee": True}
