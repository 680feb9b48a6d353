"""`tpi patient alert`: opened, ended and listed; nothing is deleted, and an answer of none gives way."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, talk, words
from tests.conftest import ME, Clinic

HEAD = "PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)"


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """Tan, Mei: asked about allergies and bleeding on 2026-11-23, none of either."""

    def build(clinic: Clinic) -> None:
        clinic.patient()

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    return copied(_mei, tmp_path)


def listed(clinic: Clinic, *more: str) -> list[str]:
    """`kind:text since ended`, as far as there is any."""
    found = clinic.ok("patient", "alert", "1", "list", "--json", *more).rows
    return [
        " ".join(filter(None, [":".join(filter(None, [row["kind"], row["text"]])), row["since"], row["ended"]]))
        for row in found
    ]


def opened(clinic: Clinic, *alerts: str) -> None:
    for alert in alerts:
        clinic.ok("patient", "alert", "1", "add", *words(alert))


NONE = ["allergy-none 2026-11-23", "bleeding-none 2026-11-23"]

OPENED = """
typed                              | kind                  | text            | since
pregnancy                          | pregnancy             | -               | 2026-11-23
Pregnant                           | pregnancy             | -               | 2026-11-23
diabetes type 2                    | diabetes              | type 2          | 2026-11-23
'asthma severe'                    | asthma-severe         | -               | 2026-11-23
infection-local ut l               | infection-local       | ut l            | 2026-11-23
'broken skin' 'ut l'               | infection-local       | ut l            | 2026-11-23
trauma is r                        | trauma                | is r            | 2026-11-23
vasovagal --on yesterday           | vasovagal             | -               | 2026-11-22
copd --on 2020-01-31               | copd                  | -               | 2020-01-31
allergy-amide lidocaine:rash       | allergy-amide         | lidocaine:rash  | 2026-11-23
"""


@pytest.mark.parametrize(("typed", "kind", "text", "since"), rows(OPENED), ids=[row[0] for row in rows(OPENED)])
def test_an_alert_of_any_kind_is_opened(mei: Clinic, typed: str, kind: str, text: str, since: str) -> None:
    found = envelope(mei.ok("patient", "alert", "1", "add", *words(typed), "--json"), "patient-alert")
    told = {"patient": "PT-0001", "kind": kind, "text": None if text == "-" else text, "since": since, "ended": None}
    assert {name: found[name] for name in told} == told
    expected = f"{kind}{'' if text == '-' else f':{text}'} {since}"
    assert expected in listed(mei)


def test_opening_answers_with_the_patient_the_birth_date_and_the_words_of_the_kind(mei: Clinic) -> None:
    answer = mei.ok("patient", "alert", "1", "add", "diabetes", "type", "2", "--on", "yesterday")
    assert answer.out.splitlines() == [
        f"recorded {HEAD}",
        "  diabetes: type 2, since Sun 22 Nov 2026 (yesterday)",
    ]


def test_an_alert_is_shown_wherever_the_patient_is(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--next", "1d", "--on", "yesterday", "--consent", "written")
    opened(mei, "pregnancy")
    assert mei.ok("due", "--json").rows[0]["flags"] == ["pregnancy"]
    mei.ok("patient", "alert", "1", "end", "pregnancy")
    assert mei.ok("due", "--json").rows[0]["flags"] == []


# --- answers of none

UNTRUE = """
added                  | ended
allergy-steroid        | allergy-none
allergy-other latex    | allergy-none
anticoagulant apixaban | bleeding-none
bleeding-disorder      | bleeding-none
pregnancy              | -
"""


@pytest.mark.parametrize(("added", "ended"), rows(UNTRUE), ids=[row[0] for row in rows(UNTRUE)])
def test_an_answer_of_none_ends_when_it_is_no_longer_true(mei: Clinic, added: str, ended: str) -> None:
    answer = mei.ok("patient", "alert", "1", "add", *words(added))
    still = [one for one in NONE if not one.startswith(ended)]
    assert [one for one in listed(mei) if "-none" in one] == still
    assert ("  ends: asked about " in answer.out) == (ended != "-")
    assert (f"{ended} 2026-11-23 2026-11-23" in listed(mei, "--all")) == (ended != "-")


def test_no_answer_ends_before_it_was_given(mei: Clinic) -> None:
    opened(mei, "allergy-amide --on 2020-01-31")
    assert "allergy-none 2026-11-23 2026-11-23" in listed(mei, "--all")


def test_who_ended_it_is_kept(mei: Clinic) -> None:
    mei.ok("patient", "alert", "1", "add", "allergy-amide", "--as", "JS")
    mei.ok("patient", "alert", "1", "end", "allergy-amide", "--as", "MT")
    ended = {row["what"]: row["by"] for row in mei.ok("log", "1", "--json").rows if row["act"] == "alert ended"}
    assert ended == {"allergy-none on 2026-11-23": f"{ME} as JS", "allergy-amide on 2026-11-23": f"{ME} as MT"}


def test_an_answer_of_none_does_not_take_an_alert_away(mei: Clinic) -> None:
    opened(mei, "anticoagulant apixaban")
    code, line, _ = refused(mei, *words("patient alert 1 add bleeding-none"))
    assert (code, line) == (5, "on file: anticoagulant")
    mei.ok(*words("patient alert 1 end anticoagulant"))
    mei.ok(*words("patient alert 1 add bleeding-none"))
    assert "bleeding-none 2026-11-23" in listed(mei)


# --- ended


def test_ending_keeps_the_alert_with_its_day(mei: Clinic) -> None:
    opened(mei, "infection-local 'ut l' --on 2026-11-02")
    answer = mei.ok(*words("patient alert 1 end infection-local --on yesterday"))
    assert answer.out.splitlines() == [
        f"ended {HEAD}",
        "  infection or broken skin at a site: ut l, since Mon 2 Nov 2026 (3 weeks ago), "
        "ended Sun 22 Nov 2026 (yesterday)",
    ]
    assert listed(mei) == NONE
    assert listed(mei, "--all") == ["infection-local:ut l 2026-11-02 2026-11-22", *NONE]


def test_ending_answers_a_program(mei: Clinic) -> None:
    opened(mei, "trauma 'ut l'")
    found = envelope(mei.ok(*words("patient alert 1 end trauma --json")), "patient-alert")
    assert {name: found[name] for name in ("patient", "kind", "text", "since", "ended")} == {
        "patient": "PT-0001",
        "kind": "trauma",
        "text": "ut l",
        "since": "2026-11-23",
        "ended": "2026-11-23",
    }


WHICH = """
typed                       | left
trauma ut l                 | trauma trauma:is r
trauma UT  L                | trauma trauma:is r
trauma ''                   | trauma:is r trauma:ut l
"""


@pytest.mark.parametrize(("typed", "left"), rows(WHICH), ids=[row[0] for row in rows(WHICH)])
def test_of_several_the_text_says_which_ends(mei: Clinic, typed: str, left: str) -> None:
    opened(mei, "trauma", "trauma 'ut l'", "trauma 'is r'")
    mei.ok("patient", "alert", "1", "end", *words(typed))
    found = [row for row in mei.ok(*words("patient alert 1 list --json")).rows if row["kind"] == "trauma"]
    assert " ".join(sorted(":".join(filter(None, [row["kind"], row["text"]])) for row in found)) == left


def test_several_are_named_when_it_is_not_said_which(mei: Clinic) -> None:
    opened(mei, "trauma", "trauma 'ut l'")
    code, line, hint = refused(mei, *words("patient alert 1 end trauma"))
    assert (code, line, hint) == (2, "2 alerts trauma are open: say which", "'' (without text), ut l")
    _, _, hint = refused(mei, *words("patient alert 1 end trauma --redact names"))
    assert hint == "tpi patient alert PT-0001 list shows them"


def test_an_alert_can_be_opened_again(mei: Clinic) -> None:
    opened(mei, "pregnancy --on 2026-01-05")
    mei.ok(*words("patient alert 1 end pregnancy --on 2026-09-01"))
    opened(mei, "pregnancy")
    found = [one for one in listed(mei, "--all") if one.startswith("pregnancy")]
    assert found == ["pregnancy 2026-01-05 2026-09-01", "pregnancy 2026-11-23"]


# --- listed


def test_the_list(mei: Clinic) -> None:
    opened(mei, "diabetes 'type 2' --on 2026-01-05", "trauma")
    mei.ok(*words("patient alert 1 end trauma"))
    answer = mei.ok(*words("patient alert 1 list"))
    assert [line.split() for line in answer.out.splitlines()] == [
        ["KIND", "TEXT", "SINCE", "ENDED"],
        ["diabetes", "type", "2", "2026-01-05", "-"],
        ["allergy-none", "-", "2026-11-23", "-"],
        ["bleeding-none", "-", "2026-11-23", "-"],
    ]
    assert talk(answer) == [HEAD]
    assert mei.ok(*words("patient alert 1")).out == answer.out, "list is what it does unasked"
    assert "trauma" in mei.ok(*words("patient alert 1 list --all")).out


def test_the_list_for_programs(mei: Clinic) -> None:
    found = envelope(mei.ok(*words("patient alert 1 list --json")), "patient-alert-list")
    assert found["count"] == 2
    assert found["rows"][0] == {
        "patient": "PT-0001",
        "kind": "allergy-none",
        "text": None,
        "since": "2026-11-23",
        "ended": None,
    }


# --- refused

REFUSED = """
typed                             | code | line | hint
add 1 pregnancy                   | 2    | the patient comes first | tpi patient alert 1 add
list 1                            | 2    | the patient comes first | tpi patient alert 1 list
1 remove pregnancy                | 2    | cannot 'remove' an alert | add, end or list
1 add                             | 2    | which kind of alert? | tpi patient alert 1 add
1 end                             | 2    | which kind of alert? | tpi patient alert 1 end
1 add aspirin                     | 2    | no kind of alert is called 'aspirin' | allergy-nsaid or anticoagulant?
1 add warfrin                     | 2    | no kind of alert is called 'warfrin' | did you mean anticoagulant?
1 add astma                       | 2    | no kind of alert is called 'astma' | did you mean asthma-severe?
1 add zzz                         | 2    | no kind of alert is called 'zzz' | kinds: allergy-amide, allergy-ester
1 add none                        | 2    | no kind of alert is called 'none' | kinds: allergy-amide, allergy-ester
1 add allergy-none latex          | 2    | allergy-none takes no text | it says that there is none
1 add allergy-none                | 5    | allergy-none is open already | list shows what is open
1 add pregnancy --note x          | 2    | --note has no meaning here | leave it out
1 add pregnancy --all             | 2    | --all has no meaning here | it goes with list
1 add pregnancy --on tomorrow     | 2    | Tue 24 Nov 2026 (tomorrow) is in the future | --on names the day it happened
1 add pregnancy --on 1960-01-01   | 5    | 1960-01-01 is before the birth date | check --on
1 end pregnancy                   | 3    | no such alert is open on PT-0001: pregnancy | alert PT-0001 list --all
1 end allergy-none latex          | 3    | no such alert is open on PT-0001 | tpi patient alert PT-0001 list --all
1 end allergy-none --on yesterday | 5    | allergy-none is on file since 2026-11-23 | --on names the day it ended
1 end zzz                         | 2    | no kind of alert is called 'zzz' | kinds:
1 list pregnancy                  | 2    | list takes no kind | tpi patient alert 1 list
1 list --on yesterday             | 2    | --on has no meaning here | leave it out
1 list -n                         | 2    | --dry-run has no meaning here | list changes nothing
99 add pregnancy                  | 3    | no patient PT-0099 | tpi find
99 list                           | 3    | no patient PT-0099 | tpi find
tan list                          | 2    | 'tan' is no patient id | tpi find
"""


@pytest.mark.parametrize(("typed", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused(mei: Clinic, typed: str, code: str, line: str, hint: str) -> None:
    found = refused(mei, "patient", "alert", *words(typed))
    assert found[0] == int(code)
    assert line in found[1]
    assert hint in found[2]


@pytest.mark.parametrize("text", ["apixaban", "APIXABAN", " apixaban "])
def test_the_same_alert_is_not_opened_twice(mei: Clinic, text: str) -> None:
    opened(mei, "anticoagulant apixaban")
    code, line, _ = refused(mei, "patient", "alert", "1", "add", "anticoagulant", text)
    assert (code, line) == (5, "anticoagulant is open already")
    opened(mei, "anticoagulant warfarin", "anticoagulant")
    assert len(listed(mei)) == 4


def test_a_text_the_store_cannot_take_is_refused(mei: Clinic) -> None:
    assert refused(mei, "patient", "alert", "1", "add", "diabetes", "x" * 4001)[0] == 2


@pytest.mark.parametrize("command", ["add pregnancy", "add allergy-amide", "end allergy-none"])
def test_a_dry_run_keeps_nothing(mei: Clinic, command: str) -> None:
    before = everything(mei)
    answer = mei.ok("patient", "alert", "1", *words(command), "--dry-run")
    assert answer.out.startswith("would ")
    assert answer.out.endswith("dry run: nothing was kept\n")
    assert mei.ok("patient", "alert", "1", *words(command), "--dry-run", "--json").json["dry_run"] is True
    assert everything(mei) == before


# --- redacted

PERSON = ("TAN", "Tan", "1971", "Znote")
CLINICAL = ("trauma", "muscle injury", "asked about", "none")


@pytest.mark.parametrize("form", ["plain", "table", "csv", "tsv", "json"])
@pytest.mark.parametrize("command", ["add trauma Znote2 -n", "end trauma -n", "list", "list --all"])
def test_redacting_leaves_out_the_person_and_then_the_alert(mei: Clinic, command: str, form: str) -> None:
    opened(mei, "trauma Znote")
    typed = ("patient", "alert", "1", *words(command), "--format", form, "--wide", "--redact")
    whole, names, bare = (mei.ok(*typed, level) for level in ("none", "names", "all"))
    assert "Znote" in whole.out
    assert "trauma" in names.out or "muscle injury" in names.out
    assert [word for word in PERSON if word in names.out + names.err] == []
    found = (bare.out + bare.err).replace("dry run: nothing was kept", "")
    assert [word for word in (*PERSON, *CLINICAL) if word in found.replace('"none"', "")] == []


@pytest.mark.parametrize("answer", ["n", "N", "no", "none"])
def test_who_answers_no_has_no_allergy_of_that_name(clinic: Clinic, answer: str) -> None:
    clinic.ok("patient", "add", "Doe, Kim", "1970-05-09", "--allergy", answer, "--bleeding", answer)
    kinds = [row["kind"] for row in clinic.ok("patient", "show", "1", "--json").json["alerts"]]
    assert sorted(kinds) == ["allergy-none", "bleeding-none"]
