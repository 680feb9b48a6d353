"""`tpi summary` and `tpi letter`: the words, who gets none, and nothing that gets out of its page."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, everything, made, rows, words
from tests.conftest import Clinic
from tests.show import browser
from tests.show.payloads import ELEMENTS
from tpi_cli.reference import advice
from tpi_cli.reference.tables import rows as shipped

READERS = ("patient", "referrer", "chart")


@pytest.fixture(scope="module")
def _seen(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """Mei: upper trapezius and levator left, lidocaine; then gluteus medius right with a steroid, due today."""

    def build(clinic: Clinic) -> None:
        clinic.ok(*words("config set clinic.name 'Harbour Pain Clinic'"))
        clinic.ok(*words("config set clinic.phone '0161 496 0100'"))
        clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A12", "--weight", "58")
        clinic.ok(*words("patient alert 1 add anticoagulant apixaban"))
        clinic.inject("1", "ut l, ls l lido 1% 1ml each", "--on", "2026-05-23", "--next", "none", "--pain", "8:4")
        clinic.inject(
            "1", "gm r lido 1% 1ml + triam 40mg/ml 0.5ml", "--on", "2026-08-23", "--next", "3mo", "--pain", "7:3"
        )
        clinic.ok(*words("outcome 1 2 --on 2026-10-04"))

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def seen(tmp_path: Path, _seen: Path) -> Clinic:
    return copied(_seen, tmp_path)


def summary(clinic: Clinic, reader: str, *more: str) -> str:
    return " ".join(clinic.ok("summary", "1", "--for", reader, *more).out.split())


def page(clinic: Clinic, *command: str) -> str:
    path = clinic.home / "page.html"
    clinic.ok(*command, "--html", str(path))
    return path.read_text(encoding="utf-8")


SAYS = """
reader   | says
patient  | Harbour Pain Clinic Telephone 0161 496 0100
patient  | Mei Tan, born 4 Mar 1971 (PT-0001)
patient  | On Sunday 23 August 2026 we treated gluteus medius right with lidocaine (a local anaesthetic)
patient  | and triamcinolone acetonide (a steroid).
patient  | Your pain was 7 of 10 before and 3 of 10 after.
patient  | You were due back on Monday 23 November 2026. Please call us on 0161 496 0100 to make an appointment.
patient  | you are short of breath, or breathing hurts
patient  | not signed off by a clinician
referrer | PT-0001 TAN, Mei born 4 Mar 1971 (55 y)
referrer | takes an anticoagulant or an antiplatelet drug: apixaban
referrer | gluteus medius R: lidocaine 10 mg/mL 1 mL = 10 mg + triamcinolone acetonide 40 mg/mL 0.5 mL = 20 mg
referrer | 71 % for at least 6 weeks
referrer | Next session due 2026-11-23
referrer | It recommends no treatment
chart    | mrn A12
chart    | weight 58 kg on
chart    | upper trapezius L, levator scapulae L: lidocaine 10 mg/mL 1 mL = 10 mg each
"""


@pytest.mark.parametrize(("reader", "says"), rows(SAYS))
def test_what_each_reader_is_told(seen: Clinic, reader: str, says: str) -> None:
    assert " ".join(says.split()).casefold() in summary(seen, reader).casefold()


def test_what_nobody_asked_is_unknown_and_not_none(clinic: Clinic) -> None:
    clinic.ok("import", clinic.file("patients.csv", 'mrn,name,born\nX1,"Khan, Sara",1988-03-30\n'))
    for reader in ("referrer", "chart"):
        told = summary(clinic, reader)
        assert "allergies: not asked" in told and "bleeding and anticoagulants: not asked" in told
    clinic.patient()
    told = " ".join(clinic.ok("summary", "2", "--for", "chart").out.split())
    assert "asked about allergies: none" in told and "not asked" not in told


NOT_FOR = """
reader   | says
patient  | apixaban
patient  | mg/mL
patient  | A12
referrer | short of breath
"""


@pytest.mark.parametrize(("reader", "says"), rows(NOT_FOR))
def test_what_is_not_for_a_reader(seen: Clinic, reader: str, says: str) -> None:
    assert says not in summary(seen, reader)


def test_the_page_says_the_same_as_the_text(seen: Clinic) -> None:
    """Every row of a table with all of its cells, every other sentence whole."""
    for reader in READERS:
        main = page(seen, "summary", "1", "--for", reader).partition("<header>")[2]
        blocks = re.sub(r"<figure>.*?</figure>", "", main, flags=re.DOTALL)
        told = " ".join(seen.ok("summary", "1", "--for", reader).out.split())
        for tag in ("p", "h1", "h2", "li", "tr"):
            for inside in re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", blocks, re.DOTALL):
                said = " ".join(re.sub(r"<[^>]+>", " ", inside).replace("&amp;", "&").split())
                assert said in told, (reader, tag)


def test_a_booked_visit_is_named_before_a_due_date(seen: Clinic) -> None:
    seen.ok(*words("book 1 '2026-12-01 10:30'"))
    told = summary(seen, "patient")
    assert "Your next appointment is on Tuesday 1 December 2026 at 10:30." in told
    assert "due back" not in told


def test_whom_a_visit_is_with_is_told_by_name_or_not_at_all(seen: Clinic) -> None:
    seen.ok(*words("clinician add JS --name 'Dr Jo Smith'"))
    seen.ok(*words("book 1 '2026-12-01 10:30' --with JS"))
    assert "at 10:30 with Dr Jo Smith." in summary(seen, "patient")


def test_nothing_planned_promises_nothing(seen: Clinic) -> None:
    seen.ok("stop", "1", "--reason", "declined")
    assert "No return visit is planned. If the pain comes back, call us on 0161 496 0100." in summary(seen, "patient")


EXPECTED = """
given                    | on         | told                                       | not told
gm r lido 1% 1ml         | 2026-11-20 | not help everybody; worn off; ears ring    | steroid; toxin
gm r triam 40mg/ml 0.5ml | 2026-11-20 | blood sugar; thinner                       | ears ring; feel numb or weak
gm r dry                 | 2026-11-20 | not help everybody                         | blood sugar; ears ring
scm l botox 20units      | 2026-11-20 | the toxin can spread                       | blood sugar
gm r lido 1% 1ml         | 2026-09-20 | short of breath; pus where the needle      | not help everybody
"""


@pytest.mark.parametrize(("given", "on", "told", "not_told"), rows(EXPECTED))
def test_what_is_told_follows_what_was_given_and_when(
    clinic: Clinic, given: str, on: str, told: str, not_told: str
) -> None:
    """What to expect is told for as long as the table names; what to get help for always."""
    clinic.patient()
    clinic.inject("1", given, "--on", on, "--next", "3mo")
    words_of = summary(clinic, "patient")
    for part in told.split("; "):
        assert part in words_of, part
    for part in not_told.split("; "):
        assert part not in words_of, part


def test_a_steroid_of_last_week_is_still_told_after_a_dry_needle(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "gm r lido 1% 2ml + triam 40mg/ml 0.5ml", "--on", "2026-11-13", "--next", "3mo")
    clinic.inject("1", "ls l dry", "--on", "2026-11-20", "--next", "3mo")
    told = summary(clinic, "patient")
    assert "levator scapulae left with a needle alone" in told
    assert "blood sugar" in told


def test_two_entries_of_a_day_are_one_session(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "gm r lido 1% 2ml + triam 40mg/ml 0.5ml", "--on", "2026-11-20", "--pain", "9:3", "--next", "3mo")
    clinic.inject("1", "ls l dry", "--on", "2026-11-20", "--pain", "4:2", "--next", "3mo")
    told = summary(clinic, "patient")
    assert "gluteus medius right with lidocaine (a local anaesthetic) and triamcinolone acetonide (a steroid)" in told
    assert "levator scapulae left with a needle alone" in told
    assert "blood sugar" in told
    assert "Your pain was 9 of 10 before and 3 of 10 after, where it hurt most." in told
    chart = clinic.ok("chart", "1", "--json").rows
    assert {(row["muscle"], row["pain"]["score"]) for row in chart} == {("gluteus_medius", 3), ("levator_scapulae", 2)}


def test_a_mix_is_told_of_the_places_that_got_it(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "gm r lido 1% 2ml + triam 40mg/ml 0.5ml, ut l dry", "--on", "2026-11-20", "--next", "3mo")
    told = summary(clinic, "patient")
    assert "(a steroid); upper trapezius left with a needle alone." in told


def test_the_pain_of_a_day_with_scores_by_site_is_that_where_it_hurt_most(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    head = "mrn,date,clinician,muscle,side,agent,strength,volume_ml,pain_before,pain_after,follow_up"
    rows_ = "A1,2026-11-20,AM,ut,L,lidocaine,1%,1,3,1,3mo\nA1,2026-11-20,AM,gm,R,lidocaine,1%,1,9,8,3mo\n"
    clinic.ok("import", clinic.file("injections.csv", f"{head}\n{rows_}"))
    assert "Your pain was 9 of 10 before and 8 of 10 after, where it hurt most." in summary(clinic, "patient")
    assert "pain 9 to 8" in summary(clinic, "referrer")


def test_what_is_after_today_is_on_no_paper(seen: Clinic) -> None:
    for reader in READERS:
        told = " ".join(seen.ok("summary", "1", "--for", reader, TPI_TODAY="2026-06-01").out.split())
        assert "August" not in told and "2026-08-23" not in told
    told = seen.ok("chart", "1", TPI_TODAY="2026-06-01").out
    assert "2026-08-23" not in told and "2026-05-23" in told


def test_a_void_session_takes_its_events_along(clinic: Clinic) -> None:
    clinic.patient()
    session = clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-10", "--next", "3mo", "--adverse", "pneumothorax")
    assert "OPEN: wants a look" in summary(clinic, "referrer")
    clinic.ok("session", "void", session, "--reason", "wrong patient", "--yes")
    assert "pneumothorax" not in summary(clinic, "referrer")


def test_an_open_event_goes_before_any_visit(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-30", "--next", "3w", "--adverse", "infection:abscess")
    assert "We would like to see how you are after what happened. Please call" in summary(clinic, "patient")
    assert "1 adverse event open: to be looked at before anything else." in summary(clinic, "referrer")
    answer = clinic.run("letter", "1", "--kind", "recall")
    assert (answer.code, answer.out) == (5, "")
    assert "adverse event open" in answer.err
    clinic.ok("adverse", "close", "1", "1", "--outcome", "healed")
    assert "closed 2026-11-23" in summary(clinic, "referrer")
    assert clinic.ok("letter", "1", "--kind", "recall").out


def test_no_site_is_left_out_without_a_word_and_none_to_come_back_for(clinic: Clinic) -> None:
    clinic.patient()
    muscles = ("ut", "mt", "lt", "ls", "is", "rh", "ql", "gm", "gmax", "pir", "tfl", "ssp")
    for at, muscle in enumerate(muscles):
        clinic.ok(*words(f"inject 1 {muscle} l dry --on 2026-0{at % 9 + 1}-10 --next 8w --consent written --yes"))
    clinic.ok("stop", "1", "gm", "l", "--reason", "resolved")
    for reader in ("referrer", "chart"):
        told = summary(clinic, reader)
        (left_out,) = re.findall(r"Not on this sheet: ([^.]*)\.", told)
        assert "GM-L" in left_out, "what is resolved goes first"
        numbered = re.findall(r"<th [^>]*scope=\"row\"[^>]*>\d+</th>", page(clinic, "summary", "1", "--for", reader))
        assert len(numbered) + len(left_out.split(", ")) == len(muscles)


def test_a_dead_patient_is_said_to_be_on_every_sheet(seen: Clinic) -> None:
    seen.ok("stop", "1", "--reason", "died", "--yes")
    for reader in ("referrer", "chart"):
        assert "Status: deceased" in summary(seen, reader)


PLANS = """
happened                 | referrer                                       | patient
book 1 '2026-12-01 10:30' | Booked 2026-12-01 10:30. Next session due 2026-11-23 | on Tuesday 1 December 2026 at 10:30.
stop 1 --reason declined | No further session is planned (declined        | No return visit is planned.
"""


@pytest.mark.parametrize(("happened", "referrer", "patient"), rows(PLANS))
def test_the_plan(seen: Clinic, happened: str, referrer: str, patient: str) -> None:
    seen.ok(*words(happened))
    assert referrer in summary(seen, "referrer")
    assert patient in summary(seen, "patient")


def test_of_several_plans_the_first_day_is_told(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-20", "--next", "6mo")
    clinic.inject("1", "gm r lido 1% 1ml", "--on", "2026-11-20", "--next", "8w")
    assert "Come back around Friday 15 January 2027." in summary(clinic, "patient")
    assert "Next session due 2027-01-15" in summary(clinic, "referrer")


def test_not_decided_is_not_none_planned(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("site", "add", "1", "ut", "l")
    assert "Nobody said yet when the next session is." in summary(clinic, "referrer")
    assert "It is not decided yet when you come back." in summary(clinic, "patient")


NEAR = """
given            | told
mt r lido 1% 1ml | yes
gm r lido 1% 1ml | no
"""


@pytest.mark.parametrize(("given", "told"), rows(NEAR))
def test_who_was_treated_near_the_lung_is_told_so(clinic: Clinic, given: str, told: str) -> None:
    clinic.patient()
    clinic.inject("1", given, "--on", "2026-11-20", "--next", "3mo")
    assert ("a needle went in near your chest" in summary(clinic, "patient")) == (told == "yes")
    assert "short of breath" in summary(clinic, "patient")


def test_without_a_number_to_call_it_is_said(seen: Clinic) -> None:
    assert "names no number" not in seen.ok("summary", "1").err
    seen.ok("config", "set", "clinic.phone", "")
    assert "it names no number to call: tpi config set clinic.phone NUMBER" in seen.ok("summary", "1").err
    assert "names no number" not in seen.ok("summary", "1", "--for", "chart").err


def test_who_was_never_treated_gets_no_advice(clinic: Clinic) -> None:
    clinic.patient()
    told = summary(clinic, "patient")
    assert "What to expect" not in told and "emergency" not in told


NOTHING_SPECIFIC = {"saline", "none", "vasoconstrictor_additive", "irritant", "other"}
"""Classes of agents of which there is nothing to say beyond what everybody is told."""


def test_every_class_of_agents_has_its_advice_or_is_known_to_need_none() -> None:
    classes = {row["class"] for row in shipped("agents")}
    told = {one.when for one in advice.every()} - {advice.ALWAYS, advice.NEAR_LUNG}
    assert classes - NOTHING_SPECIFIC <= told
    assert told <= classes | {row["kind"] for row in shipped("alerts")}


def test_every_sentence_has_a_source_and_no_sign_off_it_does_not_have() -> None:
    known = {row["source"] for row in shipped("sources")}
    for row in shipped("advice"):
        assert set(row["source"].split("|")) <= known
    assert advice.sign_offs() == ["not signed off"]


def test_the_patients_words_are_plain() -> None:
    """No word of the trade, no sentence that is long."""
    text = " ".join(row["text"] for row in shipped("advice"))
    for word in (
        "pneumothorax",
        "haematoma",
        "vasovagal",
        "systemic",
        "glucose",
        "hypo",
        "mg",
        "cure",
        "safe",
        "will ",
    ):
        assert word not in text.casefold(), word
    assert max(len(sentence.split()) for row in shipped("advice") for sentence in row["text"].split(". ")) <= 25


# --- letters


def test_a_recall_letter_says_nothing_of_what_somebody_has(seen: Clinic) -> None:
    answer = seen.ok("letter", "1", "--kind", "recall")
    told = " ".join(answer.out.split())
    assert "Dear Mei Tan, By our records it is time for a follow-up visit to our clinic." in told
    assert "Please call us on 0161 496 0100 to make an appointment" in told
    assert "please give this number: PT-0001" in told
    for word in ("trigger", "inject", "gluteus", "pain ", "lidocaine", "steroid", "1971", "apixaban", "A12"):
        assert word not in told.replace("Harbour Pain Clinic", ""), word
    assert "tpi call PT-0001 message --by mail" in answer.err


NO_RECALL = """
happened                                | says
book 1 '2026-12-01 10:30'               | booked
snooze 1 8w --reason away               | snoozed
session amend {session} --next 6mo --reason x --yes | upcoming
session amend {session} --next none --reason x --yes | without a follow-up
stop 1 --reason declined                | declined
stop 1 --reason died --yes              | deceased
patient archive 1                       | archived
"""


@pytest.mark.parametrize(("happened", "says"), rows(NO_RECALL))
def test_nobody_is_asked_to_come_whom_something_holds_back(seen: Clinic, happened: str, says: str) -> None:
    session = seen.ok("session", "list", "1", "--json").rows[0]["session"]
    seen.ok(*words(happened.replace("{session}", session)))
    answer = seen.run("letter", "1", "--kind", "recall")
    assert (answer.code, answer.out) == (5, "")
    assert says in answer.err


def test_nobody_is_asked_to_come_before_the_payer_lets_him(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--payer", "medicare_mac")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-10", "--next", "10d", "--pain", "7:3")
    clinic.ok("outcome", "1", "2", "--on", "2026-11-18")
    for today, status in (("2026-11-18", "upcoming"), ("2026-11-23", "capped")):
        assert clinic.ok("why", "1", "--json", TPI_TODAY=today).rows[0]["status"] == status
        answer = clinic.run("letter", "1", "--kind", "recall", TPI_TODAY=today)
        assert (answer.code, answer.out) == (5, ""), today
    assert "Come back around Tuesday 22 December 2026." in summary(clinic, "patient")


def test_one_that_comes_up_soon_is_written(seen: Clinic) -> None:
    assert seen.ok("letter", "1", "--kind", "recall", TPI_TODAY="2026-11-10").out
    answer = seen.run("letter", "1", "--kind", "recall", TPI_TODAY="2026-11-01")
    assert (answer.code, answer.out) == (5, "")


def test_nothing_is_written_to_the_dead(seen: Clinic) -> None:
    seen.ok("stop", "1", "--reason", "died", "--yes")
    assert seen.run("summary", "1").code == seen.run("letter", "1", "--kind", "aftercare").code == 5
    assert seen.ok("summary", "1", "--for", "chart").out


def test_an_aftercare_letter(seen: Clinic) -> None:
    answer = seen.ok("letter", "1", "--kind", "aftercare", TPI_TODAY="2026-08-30")
    told = " ".join(answer.out.split())
    assert "You were treated at our clinic on Sunday 23 August 2026" in told
    assert "Get help at once" in told and "a steroid can raise your blood sugar" in told
    assert "not signed off" in answer.err


def test_aftercare_of_long_ago_or_of_who_is_archived_is_refused(seen: Clinic) -> None:
    assert seen.run("letter", "1", "--kind", "aftercare").code == 5
    seen.ok("patient", "archive", "1", TPI_TODAY="2026-08-30")
    assert seen.run("letter", "1", "--kind", "aftercare", TPI_TODAY="2026-08-30").code == 5


def test_aftercare_of_nothing(clinic: Clinic) -> None:
    clinic.patient()
    assert clinic.run("letter", "1", "--kind", "aftercare").code == 5
    assert "No return visit is planned" in clinic.ok("summary", "1").out


REFUSED = """
command                            | code
summary 1 --for nobody             | 2
letter 1 --kind love               | 2
letter 1                           | 2
summary 1 --redact all             | 2
letter 1 --kind recall --redact names | 2
summary 1 --html x.html -o y.txt   | 2
summary 1 --html x.html --json     | 2
summary 1 --columns a              | 2
letter 1 --kind recall --html x --format csv | 2
chart 1 --svg x.svg --json         | 2
summary 99                         | 3
summary 1 --html /no/such/folder/x | 1
"""


@pytest.mark.parametrize(("command", "code"), rows(REFUSED))
def test_what_is_refused(seen: Clinic, command: str, code: str) -> None:
    answer = seen.run(*words(command))
    assert (answer.code, answer.out) == (int(code), "")


OURS = ("data/tpi/tpi.db", "config/tpi/tpi.key", "config/tpi/config.toml", "link")


@pytest.mark.file
@pytest.mark.parametrize("file", OURS)
@pytest.mark.parametrize("command", ["chart 1 --svg", "summary 1 --html", "letter 1 --kind recall --html"])
def test_no_page_is_written_over_the_store(seen: Clinic, command: str, file: str) -> None:
    (seen.home / "link").symlink_to(seen.store)
    before = everything(seen)
    answer = seen.run(*command.split(), str(seen.home / file))
    assert (answer.code, answer.out) == (5, "")
    assert everything(seen) == before


def test_redact_names_leaves_no_name(seen: Clinic) -> None:
    for reader in READERS:
        told = summary(seen, reader, "--redact", "names")
        assert "PT-0001" in told
        assert not re.search("Tan|TAN|1971|apixaban|A12", told)


def test_what_leaves_the_house_is_logged(seen: Clinic) -> None:
    page(seen, "summary", "1", "--for", "referrer")
    seen.ok("letter", "1", "--kind", "recall")
    told = seen.ok("log", "1").out
    assert "for referrer" in told and "recall" in told


def test_only_its_owner_can_read_the_file(seen: Clinic) -> None:
    page(seen, "summary", "1")
    assert (seen.home / "page.html").stat().st_mode & 0o077 == 0


# --- the page itself

OUTSIDE = re.compile(
    r"<script|<link|<iframe|<img|\bon\w+\s*=\s*[\"']|@import|url\(|javascript:|//(?!www\.w3\.org)", re.IGNORECASE
)


@pytest.mark.parametrize("reader", READERS)
def test_one_file_with_everything_in_it(seen: Clinic, reader: str) -> None:
    text = page(seen, "summary", "1", "--for", reader)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert not OUTSIDE.search(text)
    assert "default-src 'none'" in text
    for part in ("<main>", "<h1>", 'role="img"', "<title>Body map</title>", 'scope="col"', 'scope="row"', "<caption>"):
        assert part in text, part


@pytest.mark.parametrize("payload", ELEMENTS)
def test_no_text_of_a_person_becomes_an_element(clinic: Clinic, payload: str) -> None:
    clinic.ok("config", "set", "clinic.name", payload)
    clinic.patient(payload, "1971-03-04", "--mrn", "A12", "--payer", "x")
    clinic.ok("patient", "alert", "1", "add", "anticoagulant", payload)
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo", "--adverse", f"other:{payload}")
    for reader in READERS:
        assert not OUTSIDE.search(re.sub(r"&[a-z]+;", "", _without_text(page(clinic, "summary", "1", "--for", reader))))


def _without_text(text: str) -> str:
    """The tags of a page with their attributes, without what stands between them."""
    return "".join(re.findall(r"<[^<>]*>", text))


@pytest.fixture(scope="module")
def _crowded(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """Much of everything: 24 sites, 15 sessions, one of 18 sites, 9 bookings, alerts in many words, an endless name."""

    def build(clinic: Clinic) -> None:
        clinic.ok(
            "config", "set", "clinic.name", "Harbour Pain, Physiatry and Sports Medicine Clinic of the Northern Quarter"
        )
        clinic.ok(*words("config set clinic.phone '+44 (0)161 496 0100 extension 4711'"))
        clinic.patient("Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Hubertina Blanche", "1951-03-04")
        muscles = ("ut", "mt", "lt", "ls", "is", "ssp", "rh", "ql", "gm", "gmax", "gmin", "pir")
        for at in range(14):
            first, second = muscles[at % 12], muscles[(at + 5) % 12]
            items = f"{first} l, {first} r, {second} l lido 1% 1ml + bupi 0.25% 1ml + triam 40mg/ml 0.1ml each"
            day = f"2025-{at % 12 + 1:02}-{at + 3:02}"
            told = ("--on", day, "--next", "3mo", "--pain", "8:5", "--adverse", "soreness:for two weeks", "--yes")
            asked = clinic.run("inject", "1", *items.split(), *told, "--consent", "written").err
            why = [word for rule in re.findall(r"--override (\w+)=", asked) for word in ("--override", f"{rule}=x")]
            if why:
                clinic.inject("1", items, *told[:-1], *why)
        everywhere = ", ".join(f"{muscle} both" for muscle in muscles[:9])
        many = ("--on", "2026-11-20", "--next", "3mo", "--pain", "8:5", "--override", "pneumothorax_site=x")
        clinic.inject("1", f"{everywhere} lido 0.5% 0.2ml each", *many)
        for at in range(9):
            clinic.ok("book", "1", f"2026-12-{at + 10} 10:00")
        for kind in ("anticoagulant", "diabetes", "pregnancy", "infection", "needle-phobia", "asthma-severe"):
            clinic.ok(
                "patient", "alert", "1", "add", kind, "in many words, as people write them when they have time " * 2
            )

    return made(tmp_path_factory, _template, build)


@pytest.mark.slow
@browser.needed
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("whose", ["_seen", "_crowded"])
def test_a_browser_shows_all_of_it_and_prints_one_page(
    request: pytest.FixtureRequest, tmp_path: Path, reader: str, whose: str
) -> None:
    clinic = copied(request.getfixturevalue(whose), tmp_path / "home")
    page(clinic, "summary", "1", "--for", reader)
    _looked_at(clinic.home / "page.html", tmp_path)


@pytest.mark.slow
@browser.needed
@pytest.mark.parametrize("kind", ["recall", "aftercare"])
def test_so_it_does_with_a_letter(seen: Clinic, tmp_path: Path, kind: str) -> None:
    seen.today = "2026-11-10" if kind == "recall" else "2026-08-30"
    page(seen, "letter", "1", "--kind", kind)
    _looked_at(seen.home / "page.html", tmp_path)


def _looked_at(path: Path, folder: Path) -> None:
    for width in (320, 390, 794, 1280):
        found: dict[str, Any] = browser.measured(path, folder, width)
        assert found["faults"] == [], width
        assert found["small"] == [], width
    for paper in ("A4", "Letter"):
        assert browser.printed(path, folder, paper) == 1, paper
