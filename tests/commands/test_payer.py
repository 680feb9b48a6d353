"""`tpi payer list|show|add`: what payers ask for before a repeat, by date of service; the clinic's own rows first."""

from typing import Any

import pytest

from tests.commands.board import board
from tests.commands.reading import envelope, everything, refused, rows, talk, words
from tests.conftest import ME, Clinic
from tpi_cli.reference import payers

# --- list and show


def test_every_shipped_row_is_listed_under_each_of_its_payers(home: Clinic) -> None:
    found = envelope(home.ok("payer", "list", "--json"), "payer-list")["rows"]
    wanted = sorted((payer, row.policy.id) for row in payers.shipped() for payer in row.payers)
    assert sorted((row["payer"], row["rule"]) for row in found) == wanted
    assert [row["payer"] for row in found] == sorted(row["payer"] for row in found)
    assert {row["sign_off"] for row in found} == {"not signed off"}


def test_the_columns(home: Clinic) -> None:
    answer = home.ok("payer", "list")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[0] == "PAYER RULE FROM TO SESSIONS APART RELIEF REGIONS HOLDS SIGN OFF"
    assert "medicare_mac medicare_mac_2024 2024-04-01 - 3 in 12mo 42d a site 50% 6w 1 enforced not signed off" in lines
    assert "evicore evicore_cmm202 - - 4 in 12mo a region 2mo a region 50% 6w - enforced not signed off" in lines
    assert "self_pay self_pay_clinic_default - - 3 in 12mo 42d a site 30% 6w - advice not signed off" in lines
    assert talk(answer) == ["11 dated rows; shipped ones are not signed off"]


def test_a_row_for_programs(home: Clinic) -> None:
    found = envelope(home.ok("payer", "show", "medicare_mac", "--json"), "payer")
    assert found["payer"] == "medicare_mac"
    (row,) = found["rows"]
    assert row == {
        "payer": "medicare_mac", "rule": "medicare_mac_2024", "effective_from": "2024-04-01", "effective_to": None,
        "max_sessions": 3, "window": "12mo", "cap_scope": "patient", "min_interval": "42d", "interval_scope": "site",
        "min_relief_pct": "50", "min_relief_weeks": 6, "max_regions": 1, "enforced": True, "policy": row["policy"],
        "text": row["text"], "clinic": False, "sign_off": "not signed off",
    }  # fmt: skip
    assert "L39656" in row["policy"]


NAMES = """
typed           | payer
medicare_mac    | medicare_mac
cgs             | medicare_mac
CGS             | medicare_mac
Noridian        | medicare_mac
medicare        | medicare_mac
first coast     | medicare_first_coast
First_Coast     | medicare_first_coast
evicore_cmm202  | evicore
triple s        | bcbs_ma
none            | self_pay
"""


@pytest.mark.parametrize(("typed", "payer"), rows(NAMES), ids=[row[0] for row in rows(NAMES)])
def test_a_payer_goes_by_any_of_its_names(home: Clinic, typed: str, payer: str) -> None:
    answer = home.ok("payer", "show", typed)
    assert answer.out.splitlines()[0] == payer


def test_a_payer_is_told_whole(home: Clinic) -> None:
    lines = home.ok("payer", "show", "evicore").out.splitlines()
    assert lines[1] == "  evicore_cmm202: eviCore (several commercial plans), from always"
    assert lines[2:6] == [
        "    sessions  4 in 12mo a region",
        "    apart     2mo a region",
        "    relief    50% 6w",
        "    holds     enforced",
    ]
    assert lines[-1] == "    sign-off  not signed off"
    assert "  medicare_wps_old: Medicare, WPS, retired policy, from 2015-10-01 to 2024-03-31" in (
        home.ok("payer", "show", "medicare_wps").out.splitlines()
    )


def test_a_payer_nobody_knows(home: Clinic) -> None:
    assert refused(home, "payer", "show", "Acme") == (
        3, "no rules for a payer 'acme'", "tpi payer list names them; tpi payer add adds one",
    )  # fmt: skip


# --- add


def test_a_row_of_the_clinics_own(clinic: Clinic) -> None:
    typed = ("payer add acme --from 2026-01-01 --until 2027-12-31 --max-sessions 4 --cap-scope region"
             " --min-interval 2mo --interval-scope region --min-relief 50 --relief-weeks 6 --max-regions 2"
             " --reason 'policy 12, page 3'")  # fmt: skip
    answer = clinic.ok(*words(typed), "--as", "JS")
    assert answer.out.splitlines() == ["recorded a rule for acme from 2026-01-01", "no date moves"]
    (row,) = clinic.ok("payer", "show", "acme", "--json").json["rows"]
    assert row == {
        "payer": "acme", "rule": "acme (clinic)", "effective_from": "2026-01-01", "effective_to": "2027-12-31",
        "max_sessions": 4, "window": "12mo", "cap_scope": "region", "min_interval": "2mo", "interval_scope": "region",
        "min_relief_pct": "50", "min_relief_weeks": 6, "max_regions": 2, "enforced": True, "policy": "",
        "text": "policy 12, page 3", "clinic": True, "sign_off": "clinic",
    }  # fmt: skip
    lines = clinic.ok("payer", "show", "acme").out.splitlines()
    assert "    note      policy 12, page 3" in lines
    assert any(line.startswith("    set by    20") and line.endswith(f" {ME} as JS") for line in lines)
    assert clinic.ok("log", "--limit", "1", "--json").rows[0]["what"] == "acme from 2026-01-01: policy 12, page 3"


def test_for_programs(clinic: Clinic) -> None:
    typed = "payer add 'Acme Health' --from 2026-01-01 --max-sessions 4 --reason x --json"
    found = envelope(clinic.ok(*words(typed)), "payer-add")
    assert (found["payer"], found["effective_from"], found["moved"]) == ("acme_health", "2026-01-01", 0)


def test_an_alias_means_the_payer_it_stands_for(clinic: Clinic) -> None:
    answer = clinic.ok(*words("payer add cgs --from 2027-01-01 --max-sessions 2 --reason 'new policy'"))
    assert answer.out.splitlines()[0] == "recorded a rule for medicare_mac from 2027-01-01"
    found = clinic.ok("payer", "show", "medicare_mac", "--json").json["rows"]
    assert [(row["rule"], row["clinic"]) for row in found] == [
        ("medicare_mac_2024", False), ("medicare_mac (clinic)", True),
    ]  # fmt: skip


REFUSED = """
typed                                                             | code | line                                                       | hint
acme --from 2026-01-01 --max-sessions 4                           | 2    | a payer's rule needs to say where it stands                | --reason 'policy 12, page 3'
acme --from 2026-01-01 --max-sessions 4 --reason ' '              | 2    | a payer's rule needs to say where it stands                | --reason
acme --max-sessions 4 --reason x                                  | 2    | --from is missing                                          | rules go by the day of service
acme --from 2026-13-01 --reason x                                 | 2    | there is no month 13                                       |
acme --from 03/04/2026 --reason x                                 | 2    | 03/04/2026                                                 |
acme --from 2026-02-01 --until 2026-01-31 --reason x              | 2    | it would end on 2026-01-31, before it begins on 2026-02-01 | check --from and --until
acme --from 2026-01-01 --max-sessions 0 --reason x                | 2    | --max-sessions                                             |
acme --from 2026-01-01 --max-sessions many --reason x             | 2    | --max-sessions                                             |
acme --from 2026-01-01 --max-sessions 100 --reason x              | 2    | --max-sessions                                             |
acme --from 2026-01-01 --reason x | 2 | it asks for nothing | --max-sessions 3, or --no-limits
acme --from 2026-01-01 --max-sessions 1 --no-limits --reason x | 2 | --no-limits beside a limit | leave one of them out
acme --from 2026-01-01 --max-sessions 1 --cap-scope clinic --reason x              | 2    | --cap-scope cannot be 'clinic'                             | patient, region
acme --from 2026-01-01 --max-sessions 1 --interval-scope patient --reason x        | 2    | --interval-scope cannot be 'patient'                       | site, region
acme --from 2026-01-01 --min-interval 3m --reason x               | 2    | 3m could be minutes or months                              | 3mo for months
acme --from 2026-01-01 --min-interval 9000y --reason x            | 2    | 9000                                                       |
acme --from 2026-01-01 --min-relief 0 --reason x                  | 2    | --min-relief                                               |
acme --from 2026-01-01 --min-relief 101 --reason x                | 2    | --min-relief                                               |
acme --from 2026-01-01 --max-regions 1 --relief-weeks 6 --reason x                | 2    | --relief-weeks without --min-relief says nothing           | --min-relief 50 --relief-weeks 6
acme --from 2026-01-01 --max-regions 0 --reason x                 | 2    | --max-regions                                              |
'Acme, Inc.' --from 2026-01-01 --reason x                         | 2    | 'Acme, Inc.' is no id for a payer                          | letters, digits and _
'' --from 2026-01-01 --reason x                                   | 2    | '' is no id for a payer                                    | letters, digits and _
acme --from 2026-01-01 --max-sessions 4 --reason x --on yesterday | 2    | --on                                                       |
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("typed", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused(clinic: Clinic, typed: str, code: str, line: str, hint: str) -> None:
    told = refused(clinic, "payer", "add", *words(typed))
    assert (told[0], line in told[1], hint in told[2]) == (int(code), True, True), told


def test_a_dry_run_keeps_nothing(clinic: Clinic) -> None:
    before = everything(clinic)
    answer = clinic.ok(*words("payer add acme --from 2026-01-01 --max-sessions 4 --reason x -n"))
    assert answer.out.splitlines()[0] == "would record a rule for acme from 2026-01-01"
    assert everything(clinic) == before
    assert clinic.run("payer", "show", "acme").code == 3


# --- what it does to the list

WARD = """
Ann | 2026-10-26 | 2w | | | | | acme
Bea | 2026-10-26 | 2w | | | | | Acme
Cal | 2026-10-26 | 2w | | | | | other
Dan | 2026-10-26 | 2w | | | | |
Eve | 2026-10-26 | 2w | | | | | medicare_mac
"""


@pytest.fixture
def ward(clinic: Clinic) -> Clinic:
    """Due since 9 November. Nobody has rules of acme yet; Eve's payer wants 42 days, until 7 December."""
    return board(clinic, WARD)


def standing(clinic: Clinic) -> dict[str, tuple[Any, Any]]:
    found = clinic.ok("due", "--status", "all", "--json").rows
    return {row["name"]: (row["status"], row["eligible_from"]) for row in found}


DEFAULT = ("overdue", "2026-12-07")
"""Nobody is made to wait by the clinic's default; it advises 42 days all the same."""


def test_the_payers_patients_follow_at_once_and_nobody_else(ward: Clinic) -> None:
    before = standing(ward)
    assert before == dict.fromkeys(("Ann", "Bea", "Cal", "Dan"), DEFAULT) | {"Eve": ("capped", "2026-12-07")}
    answer = ward.ok(*words("payer add acme --from 2026-01-01 --min-interval 60d --reason 'policy 12'"))
    assert answer.out.splitlines()[-1] == "2 sites stand differently"
    assert standing(ward) == {**before, "Ann": ("capped", "2026-12-25"), "Bea": ("capped", "2026-12-25")}
    told = {one["rule"]: one["text"] for one in ward.ok("why", "1", "--json").rows[0]["reasons"]}
    assert told["interval_short"] == "injected here 2026-10-26, 60 days between sessions: next 2026-12-25"


def test_a_row_that_only_advises_holds_nobody_back(ward: Clinic) -> None:
    ward.ok(*words("payer add acme --from 2026-01-01 --min-interval 60d --advice --reason 'house rule'"))
    assert standing(ward)["Ann"] == ("overdue", "2026-12-25")
    told = {one["rule"]: one["text"] for one in ward.ok("why", "1", "--json").rows[0]["reasons"]}
    assert told["interval_short"].endswith("next 2026-12-25 (advice)")
    answer = ward.run("check", "1", "ut l lido 1% 1ml", "--json")
    assert {one["rule"]: one["level"] for one in answer.json["findings"]}["interval_short"] == "warn"


def test_the_clinics_row_goes_before_a_shipped_one_of_the_same_days(ward: Clinic) -> None:
    """However long ago it began."""
    ward.ok(*words("payer add medicare_mac --from 2020-01-01 --min-interval 14d --reason 'letter of May'"))
    assert standing(ward)["Eve"] == ("overdue", "2026-11-09")
    assert ward.run("check", "5", "ut l lido 1% 1ml").code == 0


def test_a_dated_row_changes_nothing_before_its_day(ward: Clinic) -> None:
    before = standing(ward)
    ward.ok(*words("payer add medicare_mac --from 2027-01-01 --min-interval 200d --reason 'new policy'"))
    assert standing(ward) == before, "free on 7 December, before the new row begins"
    plan = ("check", "5", "ut l lido 1% 1ml", "--json")
    told = ward.run(*plan, TPI_TODAY="2026-12-31").json
    assert "interval_short" not in {one["rule"] for one in told["findings"]}
    told = ward.run(*plan, TPI_TODAY="2027-01-01").json
    assert {one["rule"]: one["level"] for one in told["findings"]}["interval_short"] == "block"


def test_a_row_ends_on_its_last_day(ward: Clinic) -> None:
    ward.ok(*words("payer add acme --from 2026-01-01 --until 2026-11-30 --min-interval 60d --reason 'old policy'"))
    assert standing(ward)["Ann"] == ("capped", "2026-12-07"), "from 1 December on the default advises"


def test_a_default_of_the_clinics_own_holds_for_everybody_without_a_payer(ward: Clinic) -> None:
    answer = ward.ok(*words("payer add self_pay --from 2026-01-01 --min-interval 60d --advice --reason 'house rule'"))
    assert answer.out.splitlines()[-1] == "4 sites stand differently"
    found = standing(ward)
    assert {name: found[name][1] for name in ("Ann", "Bea", "Cal", "Dan")} == dict.fromkeys(
        ("Ann", "Bea", "Cal", "Dan"), "2026-12-25"
    )
    assert found["Eve"] == ("capped", "2026-12-07")


def test_a_payer_of_the_clinics_own_is_no_longer_unknown(ward: Clinic) -> None:
    def notes(patient: str) -> set[str]:
        return {one["rule"] for one in ward.run("check", patient, "gm r dry", "--json").json["findings"]}

    assert "payer_unknown" in notes("1")
    assert "payer_unknown" not in notes("4"), "who has no payer has none to be unknown"
    ward.ok(*words("payer add acme --from 2026-01-01 --max-sessions 9 --reason x"))
    assert "payer_unknown" not in notes("1")


def test_what_moves_is_kept_together_with_what_moved_it(ward: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    from tpi_cli.store import keep

    def fail(*_: object) -> None:
        raise RuntimeError

    before = standing(ward)
    monkeypatch.setattr(keep, "refresh", fail)
    assert ward.run(*words("payer add acme --from 2026-01-01 --min-interval 60d --reason x")).code == 1
    monkeypatch.undo()
    assert ward.run("payer", "show", "acme").code == 3
    assert standing(ward) == before


# --- the worked example: three sessions a year, 42 days at a site


def test_the_interval_and_the_cap_run_out_on_their_own_days(clinic: Clinic) -> None:
    clinic.today = "2025-09-10"
    clinic.patient("Tan, Mei", "1971-03-04", "--payer", "medicare_mac")
    for on in ("2025-01-10", "2025-04-11", "2025-09-02"):
        clinic.inject("1", "ut l lido 1% 1ml", "--on", on, "--next", "1w")
    (row,) = clinic.ok("why", "1", "--json").rows
    until = {one["rule"]: one["until"] for one in row["reasons"] if one["rule"] in {"interval_short", "cap_reached"}}
    assert until == {"interval_short": "2025-10-14", "cap_reached": "2026-01-10"}
    assert (row["eligible_from"], row["status"]) == ("2026-01-10", "capped")
    assert clinic.ok("due", "--json").json["held_back"] == {"capped": 1}
    stopped = clinic.run("check", "1", "ut l lido 1% 1ml", "--json", TPI_TODAY="2026-01-09")
    free = clinic.run("check", "1", "ut l lido 1% 1ml", "--json", TPI_TODAY="2026-01-10")
    assert ("cap_reached" in str(stopped.json), stopped.code) == (True, 4)
    assert ("cap_reached" in str(free.json), free.code) == (False, 0)
