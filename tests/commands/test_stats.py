"""`tpi stats`: a small clinic counted by hand, and the sample clinic counted a second time from its export."""

import csv
import io
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, talk, words
from tests.conftest import Clinic
from tests.spec import oracle

SHOTS = """
who | day        | by | site            | agent                 | before | plan       | adverse
1   | 2026-01-05 | AM | trapezius_upper | lidocaine             | 8      | 3mo        |
1   | 2026-01-05 | AM | levator         | lidocaine+bupivacaine | 8      | 3mo        |
1   | 2026-04-19 | AM | trapezius_upper | lidocaine             | 6      | 6w         | vasovagal
2   | 2026-06-01 | JS | trapezius_right | lidocaine             | 0      | none       |
2   | 2026-06-08 | JS | trapezius_right | lidocaine             | 10     | 2026-12-01 |
3   | 2026-07-06 | AM | gluteus         | dry_needling          | 6      | 3mo        |
4   | 2025-11-23 | AM | trapezius_upper | lidocaine             | 5      | 3mo        |
4   | 2025-11-24 | AM | trapezius_upper | lidocaine             | 10     | 3mo        |
5   | 2026-09-01 | JS | trapezius_upper | lidocaine             | 5      | 6w         | haematoma
6   | 2026-11-01 | PK | trapezius_upper | ropivacaine           | 5      | 2w         |
"""
SITES = {
    "trapezius_upper": "trapezius_upper,L",
    "trapezius_right": "trapezius_upper,R",
    "levator": "levator_scapulae,L",
    "gluteus": "gluteus_medius,R",
}
MIXES = {
    "lidocaine": "lidocaine,1%,1",
    "lidocaine+bupivacaine": "lidocaine+bupivacaine,1%+0.25%,1+1",
    "ropivacaine": "ropivacaine,0.2%,1",
    "dry_needling": "dry_needling,,",
}
SCORES = """
who | day        | site            | pain | said
1   | 2026-01-26 |                 | 5    |
1   | 2026-02-16 | trapezius_upper | 2    |
1   | 2026-04-06 |                 | 7    |
2   | 2026-06-04 |                 | 0    |
2   | 2026-06-29 |                 | 1    |
3   | 2026-08-03 |                 | 6    | 30
4   | 2025-12-01 |                 | 7    |
4   | 2025-12-15 |                 | 5    |
4   | 2026-01-05 |                 | 8    |
5   | 2026-09-15 |                 | 0    |
6   | 2026-11-15 |                 | 6    |
"""


def _build(clinic: Clinic) -> None:
    """Six patients. JS needles PT-0001 once more on 5 January; PT-0003 is resolved on the due day; PT-0005 is void."""
    people = "mrn,name,born,alerts\n"
    people += "".join(f"M{at},Person {at},1980-01-02,allergy-none;bleeding-none\n" for at in range(1, 7))
    shots = "mrn,date,clinician,muscle,side,agent,strength,volume_ml,pain_before,follow_up,adverse,source_id\n"
    for at, (who, day, by, site, agent, before, plan, adverse) in enumerate(rows(SHOTS)):
        shots += f"M{who},{day},{by},{SITES[site]},{MIXES[agent]},{before},{plan},{adverse},R{at}\n"
    scores = "mrn,date,muscle,side,pain,relief_pct,source_id\n"
    for at, (who, day, site, pain, said) in enumerate(rows(SCORES)):
        scores += f"M{who},{day},{SITES.get(site, ',')},{pain},{said},Q{at}\n"
    clinic.ok("import", clinic.file("p.csv", people), clinic.file("i.csv", shots))
    clinic.inject("1", "ut l dry", "--on", "2026-01-05", "--next", "3mo", "--as", "JS")
    clinic.ok("import", clinic.file("o.csv", scores))
    clinic.ok(*words("site resolve 3 gm r --on 2026-10-06"))
    (void,) = (one["session"] for one in clinic.ok("session", "list", "5", "--json").rows)
    clinic.ok("session", "void", void, "--reason", "wrong patient", "--yes")


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    return Clinic(made(tmp_path_factory, _template, _build))


@pytest.fixture
def own(tmp_path: Path, ward: Clinic) -> Clinic:
    """The same, to be changed."""
    return copied(ward.home, tmp_path)


COLUMNS = "group,sessions,patients,treated,scored,r30,r50,relief_weeks,kept,events"
COUNTED = """
by        | group             | sessions | patients | treated | scored | 30 %     | 50 %     | weeks                 | kept          | events
          | all               | 7        | 5        | 8       | 6      | 5 (83%)  | 3 (50%)  | >=3 (2 of 5 at least) | 1 of 4 (25%)  | 1
muscle    | upper trapezius   | 6        | 4        | 6       | 4      | 3 (75%)  | 3 (75%)  | >=3 (1 of 3 at least) | 1 of 3 (33%)  | 1
muscle    | gluteus medius    | 1        | 1        | 1       | 1      | 1 (100%) | 0 (0%)   | >=4 (1 of 1 at least) |               | 0
muscle    | levator scapulae  | 1        | 1        | 1       | 1      | 1 (100%) | 0 (0%)   | 3 (0 of 1 at least)   | 0 of 1 (0%)   | 0
agent     | lidocaine         | 5        | 3        | 6       | 4      | 4 (100%) | 3 (75%)  | >=3 (1 of 4 at least) | 1 of 4 (25%)  | 1
agent     | dry needling      | 2        | 2        | 2       | 2      | 2 (100%) | 1 (50%)  | >=4 (1 of 2 at least) | 1 of 1 (100%) | 0
agent     | bupivacaine       | 1        | 1        | 1       | 1      | 1 (100%) | 0 (0%)   | 3 (0 of 1 at least)   | 0 of 1 (0%)   | 0
agent     | ropivacaine       | 1        | 1        | 1       | 1      | 0 (0%)   | 0 (0%)   |                       |               | 0
clinician | AM                | 4        | 3        | 5       | 4      | 4 (100%) | 2 (50%)  | 3 (1 of 4 at least)   | 1 of 4 (25%)  | 1
clinician | JS                | 3        | 2        | 3       | 2      | 2 (100%) | 2 (100%) | >=3 (1 of 2 at least) | 1 of 1 (100%) | 0
clinician | PK                | 1        | 1        | 1       | 1      | 0 (0%)   | 0 (0%)   |                       |               | 0
site      | upper trapezius L | 4        | 3        | 4       | 3      | 2 (67%)  | 2 (67%)  | 3 (0 of 2 at least)   | 1 of 3 (33%)  | 1
site      | upper trapezius R | 2        | 1        | 2       | 1      | 1 (100%) | 1 (100%) | >=3 (1 of 1 at least) |               | 0
site      | gluteus medius R  | 1        | 1        | 1       | 1      | 1 (100%) | 0 (0%)   | >=4 (1 of 1 at least) |               | 0
site      | levator scapulae L| 1        | 1        | 1       | 1      | 1 (100%) | 0 (0%)   | 3 (0 of 1 at least)   | 0 of 1 (0%)   | 0
"""  # noqa: E501 - a table


def broken_down(by: str) -> tuple[str, ...]:
    return ("--by", by) if by else ()


@pytest.mark.parametrize("by", ["", "muscle", "agent", "clinician", "site"])
def test_the_small_clinic_counted_by_hand(ward: Clinic, by: str) -> None:
    """In this order: the most sites first, then by name."""
    header, *found = csv.reader(io.StringIO(ward.ok("stats", *broken_down(by), "--format", "csv").out))
    assert ",".join(header) == COLUMNS
    assert [tuple(row) for row in found] == [row[1:] for row in rows(COUNTED) if row[0] == by]


DAYS = """
asked                  | sessions | treated | kept
2025-11-23..2026-11-23 | 8        | 9       | 2 of 5 (40%)
2025-11-24..2026-11-23 | 7        | 8       | 1 of 4 (25%)
2025-11-25..2026-11-23 | 6        | 7       | 1 of 3 (33%)
2025-11                | 2        | 2       | 1 of 2 (50%)
2026-01-05             | 1        | 2       | 1 of 2 (50%)
5 Jan                  | 1        | 2       | 1 of 2 (50%)
2026-11                | 1        | 1       |
"""


@pytest.mark.parametrize(("asked", "sessions", "treated", "kept"), rows(DAYS))
def test_the_range_is_one_of_sessions(ward: Clinic, asked: str, sessions: str, treated: str, kept: str) -> None:
    """What came of them may lie after it; nothing said is the last twelve months, the same day a year ago left out."""
    told = ward.ok("stats", *asked.split(), *words("--columns sessions,treated,kept --format csv")).out
    assert told.splitlines()[1:] == [f"{sessions},{treated},{kept}"]


def test_a_row_for_programs(ward: Clinic) -> None:
    found = envelope(ward.ok("stats", "--by", "site", "--json"), "stats")
    assert found["rows"][0] == {
        "group": "upper trapezius L", "id": "trapezius_upper L", "sessions": 4, "patients": 3, "treated": 4,
        "scored": 3, "responders_30": 2, "responders_30_pct": "67", "responders_50": 2, "responders_50_pct": "67",
        "relief_weeks": {"median": 3, "at_least": False, "known": 2, "censored": 0},
        "kept": 1, "judged": 3, "kept_pct": "33", "events": 1,
    }  # fmt: skip
    assert (found["from"], found["to"], found["by"], found["grace_days"]) == ("2025-11-24", "2026-11-23", "site", 14)
    assert [(one["percent"], one["source"], one["sign_off"]) for one in found["responders"]] == [
        ("30", "bandolier", "not signed off"),
        ("50", "bandolier", "not signed off"),
    ]


def test_where_there_is_nothing_to_measure(ward: Clinic) -> None:
    (row,) = ward.ok("stats", "2026-06-01", "--json").rows
    assert (row["scored"], row["responders_30"], row["responders_30_pct"]) == (0, 0, None)
    assert row["relief_weeks"] == {"median": None, "at_least": False, "known": 0, "censored": 0}
    assert (row["kept"], row["judged"], row["kept_pct"]) == (0, 0, None)


def test_the_report_off_a_terminal(ward: Clinic) -> None:
    answer = ward.ok("stats")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines == [
        "GROUP SESSIONS PATIENTS TREATED SCORED R30 R50 RELIEF WEEKS KEPT EVENTS",
        "all 7 5 8 6 5 (83%) 3 (50%) >=3 (2 of 5 at least) 1 of 4 (25%) 1",
    ]
    assert talk(answer) == [
        "2025-11-24 to 2026-11-23; R30, R50 in % of SCORED; thresholds not signed off",
        "KEPT: back by 14 days after the due date, of the plans whose time is up",
    ]


def test_the_days_of_grace_are_the_clinics(own: Clinic) -> None:
    """PT-0001 came 14 days late."""
    own.ok(*words("config set recall.overdue 13"))
    (row,) = own.ok("stats", "--json").rows
    assert (row["kept"], row["judged"]) == (0, 4)
    assert "back by 13 days" in own.ok("stats").err


def test_today_decides_whose_time_is_up(ward: Clinic) -> None:
    """PT-0006 was due on 15 November: there is time up to the 29th."""
    for today, judged in (("2026-11-29", 0), ("2026-11-30", 1)):
        assert ward.ok("stats", "2026-11-01", "--json", TPI_TODAY=today).rows[0]["judged"] == judged


def test_an_event_told_later_counts_at_its_session(own: Clinic) -> None:
    """PT-0006 was treated on 1 November only."""
    own.ok(*words("outcome 6 5 --adverse soreness --on 2026-11-20"))
    assert own.ok("stats", "2026-11-01", "--by", "agent", "--json").rows[0]["events"] == 1
    assert own.ok("stats", "2026-11-20", "--json").rows == []


def test_an_event_without_a_session_counts_by_its_own_day(own: Clinic) -> None:
    """PT-0005 was never treated by a session that counts: the event is in the row for all, and in no group."""
    own.ok(*words("adverse add 5 soreness --on 2026-11-02"))
    for asked, by, events in (("2026-11", "", 1), ("2026-11", "agent", 0), ("2026-11-01", "", 0)):
        assert [row["events"] for row in own.ok("stats", asked, *broken_down(by), "--json").rows] == [events]


def test_nobody_in_the_range(ward: Clinic, clinic: Clinic) -> None:
    for place, asked, by in ((ward, "2026-10", "agent"), (ward, "2019-01", ""), (clinic, "today", "site")):
        answer = place.ok("stats", asked, *broken_down(by))
        assert (answer.out, talk(answer)[0][:20]) == ("", "nobody was treated, ")
        assert place.ok("stats", asked, *broken_down(by), "--json").rows == []


@pytest.mark.parametrize("level", ["names", "all"])
@pytest.mark.parametrize("by", ["", "muscle", "agent", "clinician", "site"])
def test_no_patient_is_in_it(ward: Clinic, level: str, by: str) -> None:
    """So nothing of the rows has to be taken out."""
    whole, part = (ward.ok("stats", *broken_down(by), "--redact", how) for how in ("none", level))
    assert part == whole
    assert not any(word in whole.out + whole.err for word in ("Person", "PT-0", "1980", "M1"))
    whole, part = (ward.ok("stats", *broken_down(by), "--redact", how, "--json") for how in ("none", level))
    assert part.rows == whole.rows


def test_groups_stay_on_a_narrow_terminal(ward: Clinic) -> None:
    header = ward.ok("stats", "--by", "muscle", "--format", "table", "--width", "60").out.splitlines()[0]
    assert {"GROUP", "TREATED", "R30", "R50"} <= set(header.split())
    assert "EVENTS" not in header


REFUSED = """
typed                  | code | line               | hint
--by patient           | 2    | --by cannot be     | muscle, agent, clinician, site
tomorrow               | 2    | is in the future   | up to today
2026-11-02..2026-11-01 | 2    | ends before        | 2026-11-01..2026-11-02
2026-13                | 2    | there is no month  | or a month
"""


@pytest.mark.parametrize(("typed", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused(ward: Clinic, typed: str, code: str, line: str, hint: str) -> None:
    told = refused(ward, "stats", *words(typed))
    assert (told[0], line in told[1], hint in told[2]) == (int(code), True, True), told


def test_the_page_shows_what_the_demo_clinic_answers(home: Clinic) -> None:
    """Two examples, each up to the blank line after it."""
    home.ok("demo")
    lines = [line[2:] for line in home.ok("help", "stats").out.splitlines()]
    typed = [at for at, line in enumerate(lines) if line.startswith("$ tpi")]
    assert len(typed) == 2
    for at in typed:
        answer = home.ok(*words(lines[at])[2:], "--db", "demo")
        said = [*answer.out.splitlines(), *(line for line in talk(answer) if "made up" not in line)]
        assert said == lines[at + 1 : lines.index("", at)]


def test_nothing_is_recorded(ward: Clinic) -> None:
    before = everything(ward)
    for command in ("stats", "stats --by site", "stats 2026-01 --json"):
        ward.ok(*words(command))
    assert everything(ward) == before


# --- the sample clinic, counted a second time: from the export, with the standard library and nothing of tpi

TODAY = date(2026, 11, 23)
GRACE = timedelta(days=14)
Table = list[dict[str, Any]]
Numbers = dict[str, Any]


class Counted(NamedTuple):
    """A site treated on a day, as the export has it: scores as (day, relief), the plan as it was typed."""

    patient: str
    on: str
    site: str
    agents: set[str]
    clinicians: set[str]
    plan: str
    planned: tuple[str, str]
    """The day and the moment of the entry that planned it."""


def _by_id(table: Table) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in table}


def _counted(export: dict[str, Table]) -> list[Counted]:
    sessions = {one["id"]: one for one in export["session"] if one["voided_at"] is None}
    plans = {(one["session_id"], one["site_id"]): one["follow_up"] for one in export["plan"]}
    clinicians = {one["id"]: one["code"] for one in export["clinician"]}
    agents: dict[str, set[str]] = defaultdict(set)
    for part in export["component"]:
        agents[part["mixture_id"]].add(part["agent"])
    found: dict[tuple[str, str, str], Counted] = {}
    for shot in sorted(export["injection"], key=lambda one: sessions.get(one["session_id"], {}).get("number", 0)):
        if shot["session_id"] in sessions:
            of = sessions[shot["session_id"]]
            key = (of["patient_id"], of["on_date"], shot["site_id"])
            plan = plans[shot["session_id"], shot["site_id"]]
            known = found.get(key) or Counted(*key, set(), set(), "", ("", ""))
            known.agents.update(agents[shot["mixture_id"]] or {"dry needling"})
            known.clinicians.add(clinicians[of["clinician_id"]])
            found[key] = known._replace(plan=plan, planned=(of["on_date"], of["recorded_at"]))
    return list(found.values())


def _reliefs(export: dict[str, Table], one: Counted, treated: list[Counted]) -> list[tuple[date, float]]:
    """Relief by day, of the scores taken against this session: the last one on or before the score's day."""
    days = {row["id"]: row["on_date"] for row in export["session"] if row["voided_at"] is None}
    mine = [row for row in export["outcome"] if row["patient_id"] == one.patient and row["site_id"] in {None, one.site}]
    before = {row["site_id"]: row["pain"] for row in reversed(mine)
              if row["phase"] == "before" and days.get(row["session_id"]) == one.on}  # fmt: skip
    base = before.get(one.site, before.get(None))
    out = []
    for row in (row for row in mine if row["phase"] == "later"):
        there = [two.on for two in treated if two.patient == one.patient and row["site_id"] in {None, two.site}]
        if max((day for day in there if day <= row["on_date"]), default=None) != one.on:
            continue
        if row["relief_pct"] is not None:
            out.append((date.fromisoformat(row["on_date"]), float(row["relief_pct"])))
        elif base:
            out.append((date.fromisoformat(row["on_date"]), 100 * (base - row["pain"]) / base))
    return sorted(out)


def _ended(export: dict[str, Table], one: Counted, by: date) -> bool:
    """Whether the plan was over on that day: by the last decision on the site, or on the patient."""
    (who,) = (row for row in export["patient"] if row["id"] == one.patient)
    if who["status"] != "active" and (who["status_on"] is None or date.fromisoformat(who["status_on"]) <= by):
        return True
    over = {one.site: False, None: False}
    for row in sorted(export["hold"], key=lambda row: (row["on_date"], row["recorded_at"])):
        counts = one.planned <= (row["on_date"], row["recorded_at"]) and date.fromisoformat(row["on_date"]) <= by
        if row["patient_id"] == one.patient and row["site_id"] in over and counts:
            over[row["site_id"]] = row["act"] in {"stop", "resolve"} or (
                row["act"] != "resume" and over[row["site_id"]]
            )
    return any(over.values())


def _kept(export: dict[str, Table], one: Counted, treated: list[Counted]) -> bool | None:
    due = oracle.due(date.fromisoformat(one.on), one.plan)
    if due is None or due > TODAY:
        return None
    later = [date.fromisoformat(two.on) for two in treated if two.site == one.site and two.on > one.on]
    again = min(later, default=None)
    if _ended(export, one, min(due, again - timedelta(days=1)) if again else due):
        return None
    if again and again <= due + GRACE:
        return True
    return None if due + GRACE >= TODAY else False


def _weeks(known: list[list[tuple[date, float]]], starts: list[str]) -> Numbers:
    lengths = []
    for scores, start in zip(known, starts, strict=True):
        last = max((on for on, relief in scores if relief >= 30), default=None)
        if last:
            open_end = not any(on > last for on, _ in scores)
            lengths.append(((last - date.fromisoformat(start)).days // 7, open_end))
    lengths.sort()
    half = lengths[(len(lengths) - 1) // 2][0] if lengths else None
    return {
        "median": half,
        "at_least": any(is_open and weeks <= (half or 0) for weeks, is_open in lengths),
        "known": len(lengths),
        "censored": sum(is_open for _, is_open in lengths),
    }


def _group(export: dict[str, Table], members: list[Counted], treated: list[Counted], events: int) -> Numbers:
    reliefs = [_reliefs(export, one, treated) for one in members]
    scored = [scores for scores in reliefs if scores]
    judged = [kept for one in members if (kept := _kept(export, one, treated)) is not None]
    return {
        "sessions": len({(one.patient, one.on) for one in members}),
        "patients": len({one.patient for one in members}),
        "treated": len(members),
        "scored": len(scored),
        "responders_30": sum(max(relief for _, relief in scores) >= 30 for scores in scored),
        "responders_50": sum(max(relief for _, relief in scores) >= 50 for scores in scored),
        "relief_weeks": _weeks(reliefs, [one.on for one in members]),
        "kept": sum(judged),
        "judged": len(judged),
        "events": events,
    }


def _recount(export: dict[str, Table], by: str, first: str, last: str) -> dict[str, Numbers]:
    sites = _by_id(export["site"])
    treated = _counted(export)
    groups: dict[str, list[Counted]] = defaultdict(list)
    for one in treated:
        at = sites[one.site]
        names = {"": ["all"], "muscle": [at["muscle"]], "agent": [name.replace(" ", "_") for name in one.agents],
                 "clinician": one.clinicians, "site": [f"{at['muscle']} {at['side']}"]}[by]  # fmt: skip
        if first <= one.on <= last:
            for name in names:
                groups[name].append(one)
    days = {row["id"]: row["on_date"] for row in export["session"] if row["voided_at"] is None}
    events = Counter((row["patient_id"], days[row["session_id"]]) for row in export["adverse_event"]
                     if row["session_id"] in days)  # fmt: skip
    return {
        name: _group(
            export, members, treated, sum(events[visit] for visit in {(one.patient, one.on) for one in members})
        )
        for name, members in groups.items()
    }


HAPPENED = """
stop 17 --reason moved --on 2026-06-01
resume 17 --on 2026-07-01
site resolve 24 rh l --on 2026-09-01
stop 24 --reason moved --on 2026-09-02
resume 24 --on 2026-09-03
stop 33 --reason other --on 2026-09-05
snooze 47 2027-05-03 --reason pregnant --on 2026-10-01
stop 38 --reason declined --on 2026-05-18
site resolve 61 temporalis l --on 2026-10-09
stop 62 --reason died --on 2026-10-14 --yes
stop 64 --reason other --on 2026-09-08
"""


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory, _sample: Path) -> tuple[Clinic, dict[str, Table]]:
    """The sample clinic with some decisions about recalls, a second entry of a day, and every tenth session void."""

    def build(clinic: Clinic) -> None:
        for line in HAPPENED.strip().splitlines():
            clinic.ok(*words(line))
        sessions = clinic.ok("session", "list", "--json").rows
        for one in sessions[::10]:
            clinic.ok("session", "void", one["session"], "--reason", "entered twice", "--yes")
        clinic.inject(sessions[1]["patient"], "ut l dry", "--on", sessions[1]["date"], "--as", "PK")

    clinic = Clinic(made(tmp_path_factory, _sample, build))
    return clinic, clinic.ok("export", "json").json["tables"]


@pytest.mark.parametrize(("first", "last"), [("2025-11-24", "2026-11-23"), ("2024-01-01", "2026-06-30")])
@pytest.mark.parametrize("by", ["", "muscle", "agent", "clinician", "site"])
def test_the_sample_clinic_counted_a_second_time(
    export: tuple[Clinic, dict[str, Table]], by: str, first: str, last: str
) -> None:
    clinic, tables = export
    told = clinic.ok("stats", f"{first}..{last}", *broken_down(by), "--json").rows
    found = {row["id"]: {key: row[key] for key in _NUMBERS} for row in told}
    assert found == _recount(tables, by, first, last)
    assert sum(row["judged"] for row in told) > sum(row["kept"] for row in told) > 0
    assert sum(row["events"] for row in told) > 0


_NUMBERS = ("sessions", "patients", "treated", "scored", "responders_30", "responders_50", "relief_weeks", "kept",
            "judged", "events")  # fmt: skip
