"""`tpi inject`: preview, answer, record. What was typed comes back exactly; what was not said is not made up."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, one_line, rows, talk, words
from tests.conftest import ME, Answer, Clinic

PREVIEW = """\
PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)   ANTICOAG apixaban
  1  upper trapezius L   lidocaine 10 mg/mL  1 mL = 10 mg  (new site)
  2  levator scapulae L  lidocaine 10 mg/mL  1 mL = 10 mg  (new site)
  total lidocaine 20 mg (0.07 of the limit)   pain 7 to 3   next Tue 23 Feb 2027 (3 months)
  warning  anticoagulant: apixaban. On an anticoagulant or antiplatelet drug. Low bleeding risk, usually not \
stopped; an older source says not to inject [uptodate-narouze +3]
  warning  pneumothorax_site: upper trapezius L (moderate), levator scapulae L (moderate). The lung is near: mind \
the needle, and say when to come back [pneumothorax-sites +4]
  warning  no_diagnosis: upper trapezius L, levator scapulae L. Examination not on file (taut band, tender \
spot, referred pain); payers ask for it before a first injection [delphi-2018 +1]
  note     consent_missing: No consent is documented for this session [from-memory]
"""
INJECT = "inject 1 ut l, ls l lido 1% 1ml each --pain 7:3 --next 3mo"


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.ok(*words("patient add 'Tan, Mei' 1971-03-04 --allergy none --bleeding apixaban"))

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    """PT-0001, on a blood thinner."""
    return copied(_mei, tmp_path)


def test_the_preview_shows_everything_before_the_question(mei: Clinic) -> None:
    answer = mei.run(*words(INJECT), stdin="n\n")
    assert "\n".join(talk(answer)) == PREVIEW + "Record? [y/N/e] tpi: nothing recorded"
    assert answer.out == ""


ANSWERS = """
typed         | exit | recorded
y             | 0    | yes
Y             | 0    | yes
yes           | 0    | yes
YES           | 0    | yes
\\u0020y\\u0020 | 0  | yes
n             | 9    | no
no            | 9    | no
\\n           | 9    | no
x             | 9    | no
yup           | 9    | no
q             | 9    | no
e             | 9    | no
"""


@pytest.mark.parametrize(("typed", "code", "recorded"), rows(ANSWERS), ids=[row[0] for row in rows(ANSWERS)])
def test_only_a_yes_records(mei: Clinic, typed: str, code: str, recorded: str) -> None:
    before = everything(mei)
    answer = mei.run(*words(INJECT), stdin=typed.encode().decode("unicode_escape") + "\n")
    assert answer.code == int(code)
    assert (everything(mei) != before) == (recorded == "yes")
    assert ("recorded S-0018" in answer.out) == (recorded == "yes")


NOBODY = [
    ({}, "", ()),
    ({}, "y\n", ("--no-input",)),
    ({"TPI_NO_INPUT": "1"}, "y\n", ()),
]


@pytest.mark.parametrize(("more", "stdin", "options"), NOBODY, ids=["end of input", "--no-input", "TPI_NO_INPUT"])
def test_where_nobody_can_be_asked_nothing_is_recorded(
    mei: Clinic, more: dict[str, str], stdin: str, options: tuple[str, ...]
) -> None:
    before = everything(mei)
    answer = mei.run(*words(INJECT), *options, stdin=stdin, **more)
    assert (answer.code, answer.out) == (9, "")
    assert talk(answer)[-2:] == ["tpi: nothing recorded", "  hint: add --yes to record without being asked"]
    assert everything(mei) == before
    assert mei.run(*words(INJECT), *options, "--json", stdin=stdin, **more).err.endswith(
        '{"error": {"code": 9, "kind": "cancelled", "message": "nothing recorded",'
        ' "hint": "add --yes to record without being asked"}}\n'
    )


@pytest.mark.parametrize("option", ["-y", "--yes"])
def test_yes_records_without_a_question(mei: Clinic, option: str) -> None:
    answer = mei.ok(*words(INJECT), option, "--no-input")
    assert "Record?" not in answer.err
    assert answer.out.startswith("recorded S-0018  PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)")
    assert "2 sites" in answer.out
    assert "next Tue 23 Feb 2027" in answer.out


@pytest.mark.parametrize("option", ["-n", "--dry-run"])
def test_a_dry_run_shows_the_preview_and_keeps_nothing(mei: Clinic, option: str) -> None:
    before = everything(mei)
    assert mei.ok(*words(INJECT), option).out == PREVIEW + "dry run: nothing was kept\n"
    found = envelope(mei.ok(*words(INJECT), option, "--json"), "inject")
    assert (found["session"], found["dry_run"], found["next"]) == (None, True, "2027-02-23")
    assert everything(mei) == before


def test_what_scripts_lean_on(mei: Clinic) -> None:
    found = envelope(mei.ok(*words(INJECT), "--yes", "--json"), "inject")
    told = {"session": "S-0018", "patient": "PT-0001", "next": "2027-02-23"}
    assert {key: found[key] for key in told} == told
    assert [(site["site"], site["muscle"], site["side"], site["due"]) for site in found["sites"]] == [
        (1, "trapezius_upper", "L", "2027-02-23"),
        (2, "levator_scapulae", "L", "2027-02-23"),
    ]


MIXES = """
typed                                             | kept, one agent of one site a line
ut l lido 1% 1ml                                  | 1 L lidocaine 1 % 1 10 mg
ut l lido 10mg/ml 1ml                             | 1 L lidocaine 10 mg/mL 1 10 mg
ut l lido 0.5% 0.15ml                             | 1 L lidocaine 0.5 % 0.15 0.75 mg
ut l lido 1% 0.1ml                                | 1 L lidocaine 1 % 0.1 1 mg
ut l lido 2% 0.3333ml                             | 1 L lidocaine 2 % 0.3333 6.666 mg
ut l lido 1.0% 1.50ml                             | 1 L lidocaine 1 % 1.5 15 mg
ut l lido .5% .5ml                                | 1 L lidocaine 0.5 % 0.5 2.5 mg
ut l lido 10mg                                    | 1 L lidocaine - - - 10 mg
ut l botox 20units                                | 1 L onabotulinumtoxin_a - - - 20 units
ut l botox 50units/ml 0.4ml                       | 1 L onabotulinumtoxin_a 50 units/mL 0.4 20 units
ut l dry                                          | 1 L - - - - - -
ut both lido 1% 1ml each                          | 1 L lidocaine 1 % 1 10 mg; 2 R lidocaine 1 % 1 10 mg
ut l, ls l lido 1% 1ml total                      | 1 L lidocaine 1 % 1 10 mg; 2 L lidocaine 1 % 1 10 mg
ut l lido 1% 1ml + triam 40mg/ml 0.25ml           | 1 L lidocaine 1 % 1 10 mg; 1 L triamcinolone_acetonide 40 mg/mL 0.25 10 mg
ut l lido 1% 1ml, gm r triam 40mg/ml 0.5ml        | 1 L lidocaine 1 % 1 10 mg; 2 R triamcinolone_acetonide 40 mg/mL 0.5 20 mg
ut l lido 1% 1ml gm r dry                         | 1 L lidocaine 1 % 1 10 mg; 2 R - - - - - -
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("typed", "kept"), rows(MIXES), ids=[row[0] for row in rows(MIXES)])
def test_quantities_come_back_as_the_decimals_they_were(mei: Clinic, typed: str, kept: str) -> None:
    session = mei.inject("1", typed)
    found = mei.ok("session", "show", session, "--json").json["injections"]
    columns = ("site", "side", "agent", "strength", "strength_unit", "volume_ml", "mass", "mass_unit")
    told = "; ".join(" ".join(str(row[key]) if row[key] is not None else "-" for key in columns) for row in found)
    assert told == kept
    assert all(isinstance(row[key], str | None) for row in found for key in ("strength", "volume_ml", "mass"))


def test_epinephrine_is_kept_beside_the_strength(mei: Clinic) -> None:
    session = mei.inject("1", "ut l lido 1% epi 1:200000 1ml")
    (row,) = mei.ok("session", "show", session, "--json").json["injections"]
    assert (row["agent"], row["epinephrine"]) == ("lidocaine", 200000)
    assert "with epinephrine 1:200000" in mei.ok("session", "show", session).out


TOTALS = """
typed                                               | total
ut l, ls l lido 1% 1ml each                         | lidocaine 20 mg
ut l, ls l lido 1% 1ml total                        | lidocaine 10 mg
ut l, ls l lido 20mg total                          | lidocaine 20 mg
ut both, ls both lido 0.5% 0.3ml each               | lidocaine 6 mg
ut l lido 1% 1ml, ls l lido 2% 1ml                  | lidocaine 30 mg
ut l lido 1% 1ml + triam 40mg/ml 0.1ml              | lidocaine 10 mg, triamcinolone_acetonide 4 mg
scm r botox 20units, ut l botox 12.5units           | onabotulinumtoxin_a 32.5 units
ut l dry                                            |
"""


@pytest.mark.parametrize(("typed", "total"), rows(TOTALS), ids=[row[0] for row in rows(TOTALS)])
def test_totals_are_exact(mei: Clinic, typed: str, total: str) -> None:
    found = mei.ok("inject", "1", typed, "-n", "--json").json["totals"]
    assert ", ".join(f"{one['agent']} {one['amount']} {one['unit']}" for one in found) == total


SHARES = """
typed                                  | told
ut l lido 1% 1ml                       | total lidocaine 10 mg (0.03 of the limit)
ut l lido 1% 1ml + bupi 0.25% 1ml      | total lidocaine 10 mg, bupivacaine 2.5 mg (0.05 of the limit)
ut l lido 1% 1ml + triam 40mg/ml 0.1ml | total lidocaine 10 mg, triamcinolone acetonide 4 mg (anaesthetic 0.03 of the limit)
ut l triam 40mg/ml 0.1ml               | total triamcinolone acetonide 4 mg
ut l dry                               | no agent given
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("typed", "told"), rows(SHARES), ids=[row[0] for row in rows(SHARES)])
def test_the_share_of_the_limit_is_that_of_the_anaesthetics(mei: Clinic, typed: str, told: str) -> None:
    (line,) = [one for one in mei.ok("inject", "1", typed, "-n").out.splitlines() if "next none planned" in one]
    assert line == f"  {told}   next none planned (--next 3mo plans one)"


def test_a_hundred_small_volumes_add_up(mei: Clinic) -> None:
    """Ten times 0.1 mL of 1 % is 10 mg, not 9.999: no binary fraction on the way."""
    shots = ", ".join(["ut l lido 1% 0.1ml"] * 10)
    (total,) = mei.ok("inject", "1", shots, "-n", "--json").json["totals"]
    assert Decimal(total["amount"]) == 10
    assert total["amount"] == "10"


@pytest.mark.parametrize("items", [["ut l lido 1% 1ml"], ["ut", "l", "lido", "1%", "1ml"], ["ut l,", "lido 1% 1ml"]])
def test_quotes_do_not_matter(mei: Clinic, items: list[str]) -> None:
    found = mei.ok("inject", "1", *items, "-n", "--json").json
    assert [site["muscle"] for site in found["sites"]] == ["trapezius_upper"]


@pytest.mark.parametrize("command", ["inject 1 ut l dry", "undo"])
def test_what_is_asked_about_is_shown_however_quiet(mei: Clinic, command: str) -> None:
    answer = mei.run(*words(command), "--quiet", "--consent=verbal" if command != "undo" else "--quiet", stdin="n\n")
    assert answer.code == 9
    assert "PT-0001  TAN, Mei" in answer.err


def test_items_from_stdin(mei: Clinic) -> None:
    answer = mei.run("inject", "1", "-", "--yes", "--json", "--next", "6w", stdin="ut l, ls l\nlido 1% 1ml each\n")
    assert (answer.code, len(answer.json["sites"]), answer.json["next"]) == (0, 2, "2027-01-04")


def test_items_from_stdin_leave_nobody_to_ask(mei: Clinic) -> None:
    before = everything(mei)
    answer = mei.run("inject", "1", "-", stdin="ut l lido 1% 1ml")
    assert (answer.code, everything(mei)) == (9, before)


OPTIONS = """
option                              | where               | kept
--pain 7                            | pain                | {'before': 7, 'after': None}
--pain 7:3                          | pain                | {'before': 7, 'after': 3}
--pain 0:0                          | pain                | {'before': 0, 'after': 0}
--consent written                   | consent             | written
--consent Verbal                    | consent             | verbal
--position prone                    | position            | prone
--with massage,Stretching,massage   | with                | massage,stretching
--dx m79.18                         | diagnosis           | M79.18
--note 'tolerated well'             | note                | tolerated well
--as JS                             | clinician           | JS
--on 2026-06-01                     | date                | 2026-06-01
--on '1 Jun'                        | date                | 2026-06-01
--on 'last fri'                     | date                | 2026-11-20
--on '2 weeks ago'                  | date                | 2026-11-09
--needle 25gx38mm                   | injections.needle   | 25Gx38mm
--guidance ultrasound               | injections.guidance | ultrasound
--twitch 'ut l'                     | injections.twitch   | True
--twitch none                       | injections.twitch   | False
--lot lido=LX2409A                  | injections.lot      | LX2409A
--lot lido=LX2409A@2027-03-31       | injections.expiry   | 2027-03-31
--next 3mo                          | injections.follow_up | 3mo
--next '3 months'                   | injections.follow_up | 3mo
--next 90d                          | injections.follow_up | 90d
--next 2027-02-01                   | injections.follow_up | 2027-02-01
--next '1 Feb'                      | injections.follow_up | 2027-02-01
--next none                         | injections.follow_up | none
"""


def test_the_account_is_kept_beside_the_clinician_it_names(mei: Clinic) -> None:
    session = mei.inject("1", "ut l lido 1% 1ml", "--as", "JS")
    assert mei.ok("session", "show", session, "--json").json["recorded_by"] == f"{ME} as JS"


@pytest.mark.parametrize(("option", "where", "kept"), rows(OPTIONS), ids=[row[0] for row in rows(OPTIONS)])
def test_every_option_is_kept(mei: Clinic, option: str, where: str, kept: str) -> None:
    session = mei.inject("1", "ut l lido 1% 1ml", *words(option))
    found = mei.ok("session", "show", session, "--json").json
    *_, key = where.split(".")
    value = found["injections"][0][key] if "." in where else found[key]
    assert str(value) == kept


def test_what_was_not_said_is_not_made_up(mei: Clinic) -> None:
    session = mei.ok("inject", "1", "ut l lido 1% 1ml", "--yes", "--json").json["session"]
    found = mei.ok("session", "show", session, "--json").json
    assert [found[key] for key in ("consent", "position", "with", "diagnosis", "note")] == [None] * 5
    assert found["pain"] == {"before": None, "after": None}
    (row,) = found["injections"]
    assert [row[key] for key in ("passes", "needle", "guidance", "twitch", "lot", "expiry", "epinephrine")] == [
        None
    ] * 7


def test_a_note_from_stdin(mei: Clinic) -> None:
    answer = mei.run(*words(INJECT), "--yes", "--note", "-", stdin="needle bent,\nreplaced\n")
    assert answer.code == 0
    assert mei.ok("session", "show", "S-0018", "--json").json["note"] == "needle bent,\nreplaced"


def test_twitches_are_told_site_by_site(mei: Clinic) -> None:
    session = mei.inject("1", "ut both, ls l lido 1% 1ml each", "--twitch", "ut r, ls l")
    found = mei.ok("session", "show", session, "--json").json["injections"]
    assert [row["twitch"] for row in found] == [False, True, True]


def test_passes(mei: Clinic) -> None:
    session = mei.inject("1", "ut l x3, ls l dry")
    assert [row["passes"] for row in mei.ok("session", "show", session, "--json").json["injections"]] == [3, None]


NEXT = """
on         | next      | due
2026-10-31 | 1mo       | 2026-11-30
2026-01-31 | 1mo       | 2026-02-28
2024-01-31 | 1mo       | 2024-02-29
2026-01-31 | 2mo       | 2026-03-31
2024-02-29 | 1y        | 2025-02-28
2024-02-29 | 4y        | 2028-02-29
2026-11-23 | 6w        | 2027-01-04
2026-11-23 | 90d       | 2027-02-21
2026-11-22 | 31 Dec    | 2026-12-31
2026-06-01 | tomorrow  | 2026-11-24
2026-06-01 | tue       | 2026-11-24
"""


@pytest.mark.parametrize(("on", "follow_up", "due"), rows(NEXT))
def test_the_next_session_counts_from_the_day_of_this_one(mei: Clinic, on: str, follow_up: str, due: str) -> None:
    found = mei.ok("inject", "1", "ut l lido 1% 1ml", "--on", on, "--next", follow_up, "-n", "--json").json
    assert found["next"] == due


def test_the_dates_understood_are_echoed(mei: Clinic) -> None:
    lines = mei.ok("inject", "1", "ut l lido 1% 1ml", "--on", "last fri", "--next", "1 Feb", "-n").out
    assert "on Fri 20 Nov 2026 (3 days ago)" in lines
    assert "next Mon 1 Feb 2027 (in 10 weeks)" in lines


def test_the_last_interval_is_carried_on_and_says_so(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--next", "6w", "--on", "2026-10-12")
    answer = mei.ok("inject", "1", "ut l, gm r lido 1% 1ml each", "-n")
    assert "UT-L Mon 4 Jan 2027 (6 weeks, as last time)" in answer.out
    assert "GM-R none planned" in answer.out
    found = mei.ok("inject", "1", "ut l, gm r lido 1% 1ml each", "--yes", "--json").json
    assert [site["due"] for site in found["sites"]] == ["2027-01-04", None]
    assert "as the time before" in mei.ok("why", "1", "ut", "l").out


NOT_CARRIED = """
then                       | next
--next none                | None
--next 2026-12-24          | None
"""


@pytest.mark.parametrize(("then", "due"), rows(NOT_CARRIED))
def test_a_day_or_none_is_not_carried_on(mei: Clinic, then: str, due: str) -> None:
    """An interval goes on; a day that was meant once, or a `none`, does not."""
    mei.inject("1", "ut l lido 1% 1ml", "--on", "yesterday", *then.split())
    assert str(mei.ok("inject", "1", "ut l lido 1% 1ml", "-n", "--json").json["next"]) == due


def test_a_resolved_site_treated_again_starts_anew_and_is_named(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--next", "6w", "--on", "2026-10-12")
    mei.ok("site", "resolve", "1", "ut", "l")
    anew = "upper trapezius L was resolved: this session starts its recall anew"
    assert anew in mei.ok("inject", "1", "ut l lido 1% 1ml", "-n", "--next", "6w").out
    unplanned = mei.ok("inject", "1", "ut l lido 1% 1ml", "-n").out
    assert "next none planned" in unplanned
    assert anew not in unplanned


def test_a_strength_not_on_file_is_pointed_out(mei: Clinic) -> None:
    answer = mei.ok("inject", "1", "ut l lido 10% 1ml", "-n")
    assert "lidocaine 10% is not among the strengths on file: 0.5%, 1%, 2%" in answer.out
    assert "not among" not in mei.ok("inject", "1", "ut l lido 10mg/ml 1ml", "-n").out


def test_the_only_strength_in_stock_may_be_left_out_and_is_echoed(mei: Clinic) -> None:
    assert mei.run("inject", "1", "ut l lido 1ml", "-n").code == 2
    mei.ok("agent", "add", "lidocaine", "1%")
    assert "lidocaine 10 mg/mL  1 mL = 10 mg" in mei.ok("inject", "1", "ut l lido 1ml", "-n").out
    mei.ok("agent", "add", "lidocaine", "1%", "2%")
    assert mei.run("inject", "1", "ut l lido 1ml", "-n").code == 2


def test_an_agent_of_the_clinics_own(mei: Clinic) -> None:
    mei.ok("agent", "add", "articaine", "4%", "--kind", "amide")
    session = mei.inject("1", "ut l articaine 1ml")
    (row,) = mei.ok("session", "show", session, "--json").json["injections"]
    assert (row["agent"], row["strength"], row["mass"]) == ("articaine", "4", "40")


def test_a_patient_off_the_list_is_named_as_such(mei: Clinic) -> None:
    mei.ok("patient", "archive", "1")
    assert "the patient is archived since 23 Nov 2026" in mei.ok("inject", "1", "ut l lido 1% 1ml", "-n").out


def test_nobody_is_treated_after_their_death(mei: Clinic) -> None:
    mei.ok(*words("stop 1 --reason died --yes --on yesterday"))
    answer = mei.run("inject", "1", "ut l lido 1% 1ml", "--yes")
    assert (answer.code, one_line(answer)[0]) == (5, "PT-0001 died before 2026-11-23")
    assert mei.run("inject", "1", "ut l lido 1% 1ml", "--on", "2026-11-22", "-n").code == 0


def test_known_sites_keep_their_numbers_and_new_ones_count_on(mei: Clinic) -> None:
    mei.inject("1", "ut l, ls l lido 1% 1ml each")
    found = mei.ok("inject", "1", "gm r, ls l lido 1% 1ml each", "-n", "--json").json["sites"]
    assert [(site["site"], site["muscle"], site["new"]) for site in found] == [
        (3, "gluteus_medius", True),
        (2, "levator_scapulae", False),
    ]


def test_the_session_is_told_whole(mei: Clinic) -> None:
    mei.ok(*words(INJECT), "--yes", "--consent", "written", "--lot", "lido=LX2409A@2027-03-31", "--twitch", "ut l",
           "--adverse", "vasovagal:felt faint", "--note", "lay down")  # fmt: skip
    text = mei.ok("session", "show", "S-0018").out
    for part in (f"S-0018  2026-11-23  {ME}", "PT-0001 Tan, Mei born 4 Mar 1971", "upper trapezius L",
                 "lidocaine 10 mg/mL  1 mL = 10 mg", "LX2409A", "2027-03-31", "twitch", "7:3", "written", "lay down",
                 "next 3mo", "vasovagal: felt faint"):  # fmt: skip
        assert part in text, part
    found = mei.ok("session", "show", "S-0018", "--json").json
    assert found["adverse"] == [{"type": "vasovagal", "text": "felt faint", "site": None}]


PLACES = [
    ["--as", "JS", "--json", "inject", "1", "ut l lido 1% 1ml", "-n"],
    ["inject", "--as", "JS", "--json", "1", "ut l lido 1% 1ml", "-n"],
    ["inject", "1", "--as", "JS", "-n", "ut l lido 1% 1ml", "--json"],
    ["--format", "json", "inject", "-n", "1", "ut", "l", "--as", "JS", "lido", "1%", "1ml"],
    ["--as", "XX", "inject", "1", "ut l lido 1% 1ml", "-n", "--as", "JS", "--json"],
]


@pytest.mark.parametrize("command", PLACES, ids=lambda command: " ".join(command))
def test_options_stand_before_or_after_the_command(mei: Clinic, command: list[str]) -> None:
    def told(answer: Answer) -> dict[str, object]:
        return {**answer.json, "generated_at": None}

    assert told(mei.ok(*command)) == told(mei.ok(*PLACES[0]))
