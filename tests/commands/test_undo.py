"""`tpi undo`: the last change of an account is taken back as a new entry, shown and asked about; nothing is lost."""

import json
from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, one_line, refused, rows, talk, words
from tests.commands.trust import acts, content, differing, due, sound
from tests.conftest import ME, Clinic, working_under
from tests.store.places import place
from tpi_cli.store import connect, write

SITES = "ut l, ls l lido 1% 1ml each"


@pytest.fixture(scope="module")
def _full(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A12", "--phone", "555-0100", "--payer", "medicare_mac")
        clinic.patient("Ruiz, Ana", "1965-04-05")
        clinic.inject("1", SITES, "--on", "2026-09-01", "--pain", "7:3", "--next", "6w")
        clinic.inject("1", SITES, "--on", "2026-10-20", "--pain", "6:2", "--next", "6w")
        clinic.inject("2", "gm r lido 1% 2ml", "--on", "2026-10-15", "--pain", "8", "--next", "1mo")
        clinic.ok(*words("outcome 1 2 --on 2026-10-30"))
        clinic.ok(*words("patient alert 1 add diabetes 'type 2'"))
        clinic.ok(*words("patient elsewhere 1 'triam 40mg' --site 'ut l' --on 2026-10-01"))
        clinic.ok(*words("adverse add 1 infection:red --on 2026-10-21"))
        clinic.ok(*words("book 1 '2026-11-23 09:00'"))
        clinic.ok(*words("book 2 '2026-11-23 10:00' --with DR"))
        clinic.ok(*words("snooze 2 2027-01-10 --reason exams"))
        clinic.ok(*words("clinician add JS --name 'Jo Smith' --account jsmith"))

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def full(tmp_path: Path, _full: Path) -> Clinic:
    """Mei (PT-0001, S-0018 and S-002B, an appointment at 9 today) and Ana (PT-0002, S-003E, at 10, snoozed)."""
    return copied(_full, tmp_path)


EVERY = """
command
patient add 'Lee, Bo' 1980-01-01 --allergy latex --bleeding none --weight 80
patient edit 1 --phone 555-0199 --weight 71 --note 'new phone'
patient edit 1 --name 'Tan-Ruiz, Mei'
patient edit 1 --payer evicore
patient edit 1 --status deceased
patient archive 1
patient alert 1 add anticoagulant apixaban
patient alert 1 end diabetes
patient elsewhere 2 'triam 10mg'
patient elsewhere 1 'triam 40mg' --site 'ut l' --on 2026-10-01 --void 'was 4 mg'
site add 1 'gm l' --taut-band
site add 1 'ut l' --taut-band --tender-spot
site resolve 1 'ut l'
outcome 2 3
outcome 2 1 --site 'gm r' --relief 80
outcome 1 0 --site 'ut l' --resolved
outcome 1 4 --adverse soreness:two_days
call 1 reached
call 1 no-answer --by sms
call 1 message
call 1 wrong-number
call 1 declined
call 1 later 4w
call 2 booked '2026-11-24 11:00'
book 2 '2026-11-24 11:00' --for 45min
appt move 2 '2026-11-25 10:00'
appt cancel 2 --reason ill
appt arrive 2
appt no-show 2
snooze 1 2027-02-01 --reason holidays
stop 1 --reason moved
stop 1 'ut l' --reason resolved
stop 1 --reason died
resume 2
adverse add 1 vasovagal:faint --on 2026-10-20
adverse close 1 1 --outcome 'gone'
session void S-002B --reason 'wrong patient'
session void S-0018 --reason 'entered twice'
session amend S-002B --pain 8:1 --reason misread
session amend S-002B ut r lido 1% 2ml + triam 10mg --reason 'wrong side'
session amend S-002B --on 2026-10-25 --next none --reason 'wrong day'
agent add lidocaine 1% 2%
rule set la_near_limit --value fraction=0.5 --reason 'policy 12'
rule set no_response --level warn --reason 'policy 13'
rule set interval_short --level note --reason 'policy 14'
payer add medicare_mac --from 2026-01-01 --max-sessions 1 --min-interval 6mo --reason 'letter'
config set recall.overdue 21
config set clinic.hours 'mon-fri 08:00-12:00'
config set clinic.zone Asia/Tokyo
clinician add BK --role auditor --account bk
clinician add JS --role assistant
clinician retire JS
import {}/more.csv
"""
MORE = """\
mrn,date,clinician,muscle,side,agent,strength,volume_ml,passes,pain_before,pain_after,follow_up,lot,expiry,twitch,adverse,note,source_id
A12,2026-11-10,NN,trapezius_upper,L,lidocaine,1%,1,,5,2,3mo,L7,,,vasovagal,again,x1
A12,2026-11-10,NN,gluteus_medius,L,lidocaine,1%,1,,5,2,6w,L8,,,,,x2
"""


@pytest.mark.parametrize("command", [row[0] for row in rows(EVERY)])
def test_every_change_can_be_taken_back(full: Clinic, command: str) -> None:
    """Every record, every due date, every list is what it was."""
    full.file("more.csv", MORE)
    before, listed = content(full), due(full)
    full.ok(*words(command.format(full.home)), "--yes")
    done = content(full)
    assert differing(before, done), f"{command} changed nothing"
    full.ok("undo", "--yes")
    assert differing(before, content(full)) == []
    assert due(full) == listed
    sound(full)


RECORDED = """
command                                                            | sites
inject 1 'ut l' lido 1% 1ml --consent written --next 3mo           | 2
inject 1 'gm r' lido 1% 1ml --consent written --adverse vasovagal  | 3
inject 2 'gm r' lido 1% 2ml --consent written                      | 1
again 1 --consent written --next 6w                                | 2
"""


@pytest.mark.parametrize(("command", "sites"), rows(RECORDED))
def test_a_session_taken_back_is_void_and_its_number_is_gone(full: Clinic, command: str, sites: str) -> None:
    """Its number was told, so it stays on file; the plans and appointments are as if it had not been."""
    listed, who = due(full), command.split()[1]
    codes = [row["session"] for row in full.ok("session", "list", "--json").rows]
    code = full.ok(*words(command), "--override", "interval_short=agreed", "--yes", "--json").json["session"]
    assert full.ok("appt", "list", "--status", "done", "--json").rows
    full.ok("undo", "--yes")
    shown = full.ok("session", "show", code, "--json").json
    assert (shown["voided"], shown["void_reason"][:14]) == (True, "undone: entry ")
    assert full.ok("appt", "list", "--status", "done", "--json").rows == []
    assert len(full.ok("site", "list", who, "--json").rows) == int(sites)
    known = [{**row, "reasons": []} for row in due(full) if row["patient"] != f"PT-000{who}" or who == "2"]
    assert known == [{**row, "reasons": []} for row in listed if row["patient"] != f"PT-000{who}" or who == "2"]
    assert full.inject(who, "gm r dry") not in [*codes, code]
    sound(full)


NUMBERS = [
    ("patient add 'Lee, Bo' 1980-01-01 --allergy none --bleeding none", "patient", "PT-0003", "PT-0004"),
    ("book 1 '2026-12-01 11:00'", "appointment", None, None),
]


@pytest.mark.parametrize(("command", "name", "first", "then"), NUMBERS, ids=["patient", "appointment"])
def test_a_number_is_never_given_again(full: Clinic, command: str, name: str, first: str, then: str) -> None:
    one = full.ok(*words(command), "--yes", "--json").json[name]
    full.ok("undo", "--yes")
    other = full.ok(*words(command), "--yes", "--json").json[name]
    assert one != other
    assert not first or (one, other) == (first, then)
    sound(full)


# --- what it shows


def test_it_shows_what_stands_and_what_will_and_asks(full: Clinic) -> None:
    full.ok(*words("patient edit 1 --phone 555-0199 --weight 71"))
    before = everything(full)
    for stdin in ("n\n", "\n", "", "yup\n"):
        answer = full.run("undo", stdin=stdin)
        assert (answer.code, answer.out) == (9, "")
        said = talk(answer)
        assert said[0].startswith("patient edit, 20")
        assert f"by {ME}, of PT-0001  TAN, Mei   born 4 Mar 1971" in said[0]
        assert said[1:4] == [
            "  patient: phone 555-0199 -> 555-0100",
            "  patient: weight kg 71 -> -",
            "  patient: weight on 2026-11-23 -> -",
        ]
        assert said[4].startswith("take this back?")
        assert everything(full) == before
    answer = full.run("undo", stdin="y\n")
    assert answer.code == 0
    assert answer.out.startswith("taken back: patient edit, ")
    assert full.ok("patient", "show", "1", "--json").json["phone"] == "555-0100"
    sound(full)


WHAT = """
command                                            | told
call 1 no-answer --by sms                          | call: channel sms, on date 2026-11-23, result no-answer
snooze 1 2027-02-01 --reason holidays              | decision about the recall: act snooze, note holidays
appt move 2 '2026-11-25 10:00'                     | appointment: on date 2026-11-25 -> 2026-11-23
appt cancel 2 --reason ill                         | appointment: status cancelled -> booked
patient archive 1                                  | patient: status archived -> active
outcome 2 3                                        | outcome: on date 2026-11-23, pain 3, phase later
session void S-0018 --reason 'entered twice' --yes | session: void reason entered twice -> -
"""


@pytest.mark.parametrize(("command", "told"), rows(WHAT))
def test_each_record_is_told_with_what_it_says(full: Clinic, command: str, told: str) -> None:
    full.ok(*words(command))
    before = everything(full)
    shown = full.ok("undo", "--dry-run")
    assert told in shown.out + shown.err
    assert "would be taken back: " in shown.out
    assert everything(full) == before


@pytest.mark.parametrize("level", ["names", "all"])
def test_redacted_it_tells_no_value(full: Clinic, level: str) -> None:
    full.ok(*words("patient edit 1 --phone 555-0199 --note 'beware of the dog'"))
    for more in ((), ("--yes",)):
        answer = full.run("undo", "--redact", level, *more, stdin="n\n")
        said = answer.out + answer.err
        assert "PT-0001" in said
        assert "phone" in said
        assert not [word for word in ("555", "dog", "Tan", "TAN", "1971") if word in said]


def test_what_scripts_lean_on(full: Clinic) -> None:
    full.ok(*words("snooze 1 2027-02-01 --reason holidays"))
    entry = full.ok("verify", "--json").json["chain"]["entries"]
    found = envelope(full.ok("undo", "--yes", "--json"), "undo")
    told = {"entry": entry - 1, "act": "snooze", "patient": "PT-0001", "records": 1}
    assert {key: found[key] for key in told} == {**told, "entry": found["entry"]}
    assert found["entry"] <= entry
    assert acts(full)[-1] == ("undo", 1, f"#{found['entry']}")


def test_the_log_keeps_both(full: Clinic) -> None:
    """A change and its taking back are two entries: nothing is hidden."""
    before = acts(full)
    full.ok(*words("patient edit 1 --phone 555-0199"))
    full.ok("undo", "--yes")
    fresh = acts(full)[len(before) :]
    assert [(act, who) for act, who, _ in fresh] == [("patient edit", 1), ("undo", 1)]


# --- how far it goes


def test_run_again_it_takes_back_the_change_before(full: Clinic) -> None:
    states = [content(full)]
    for command in (
        "patient edit 1 --phone 1111111",
        "snooze 1 2027-02-01 --reason x",
        "patient edit 1 --phone 2222222",
    ):
        full.ok(*words(command))
        states.append(content(full))
    for state in reversed(states[:-1]):
        full.ok("undo", "--yes")
        assert differing(state, content(full)) == []
        sound(full)


def test_after_an_undo_a_new_change_is_the_last_one(full: Clinic) -> None:
    full.ok(*words("patient edit 1 --phone 1111111"))
    full.ok("undo", "--yes")
    full.ok(*words("patient edit 1 --phone 2222222"))
    assert full.ok("undo", "--yes", "--json").json["act"] == "patient edit"
    assert full.ok("patient", "show", "1", "--json").json["phone"] == "555-0100"
    assert full.ok("undo", "-n", "--json").json["act"] == "clinician add", "neither edit is offered again"


def test_another_accounts_change_is_not_offered(full: Clinic) -> None:
    full.ok(*words("patient edit 1 --phone 1111111"))
    with working_under("jsmith"):
        full.ok(*words("patient edit 2 --phone 2222222"))
    assert full.ok("undo", "--yes", "--json").json["patient"] == "PT-0001"
    assert full.ok("patient", "show", "2", "--json").json["phone"] == "2222222"
    with working_under("jsmith"):
        assert full.ok("undo", "--yes", "--json").json["patient"] == "PT-0002"
        answer = full.run("undo", "--yes")
    assert (answer.code, one_line(answer)[0]) == (3, "jsmith has changed nothing that could be taken back")
    sound(full)


LATER = """
mine                                      | theirs                                    | exit | left
patient edit 1 --phone 1111111            | patient edit 1 --phone 2222222            | 5    | phone=2222222
patient edit 1 --phone 1111111            | patient edit 1 --email a@b.example        | 0    | email=a@b.example
patient edit 1 --phone 1111111            | patient edit 1 --payer evicore            | 0    | payer=evicore
patient edit 1 --phone 1 --email c@d.test | patient edit 1 --email a@b.example        | 5    | phone=1 email=a@b.example
patient edit 1 --phone 1111111            | patient alert 1 add trauma ut_l           | 0    | phone=555-0100
appt move 1 '2026-11-25 10:00'            | appt cancel 1                             | 5    | -
appt cancel 1                             | book 1 '2026-11-23 09:00'                 | 5    | -
appt cancel 1                             | book 2 '2026-11-23 09:15'                 | 5    | -
appt cancel 1                             | book 2 '2026-11-23 09:30'                 | 0    | -
appt cancel 2                             | book 1 '2026-11-23 10:00' --with AM       | 0    | -
appt cancel 2                             | book 1 '2026-11-23 10:00' --with DR       | 5    | -
appt move 2 '2026-11-25 10:00'            | appt move 1 '2026-11-23 10:00' --with DR  | 5    | -
appt move 1 '2026-11-25 10:00'            | appt move 1 '2026-11-26 10:00'            | 5    | -
site add 1 'gm l'                         | site resolve 1 'gm l'                     | 5    | -
site add 1 'gm l'                         | inject 1 'gm l' dry --consent written -y  | 5    | -
book 1 '2026-12-01 10:00'                 | appt cancel A-003E          | 5    | -
session amend S-0018 --pain 6 --reason x  | session amend S-0018 --pain 5 --reason y -y  | 5    | -
session amend S-0018 --pain 6 --reason x  | session void S-0018 --reason wrong --yes  | 0    | -
session void S-0018 --reason wrong --yes  | outcome 1 3                               | 0    | -
adverse add 1 soreness                    | adverse close 1 2 --outcome gone          | 5    | -
"""


@pytest.mark.parametrize(("mine", "theirs", "code", "left"), rows(LATER))
def test_a_later_change_stands_in_the_way_only_of_what_it_changed(
    full: Clinic, mine: str, theirs: str, code: str, left: str
) -> None:
    full.ok(*words(mine), "--yes")
    with working_under("jsmith"):
        full.ok(*words(theirs))
    before = everything(full)
    answer = full.run("undo", "--yes")
    assert answer.code == int(code), answer
    assert (everything(full) == before) == (code == "5")
    shown = full.ok("patient", "show", "1", "--json").json
    for part in left.split() if left != "-" else ():
        name, _, value = part.partition("=")
        assert shown[name] == value
    sound(full)


def test_what_others_refer_to_by_now_stays_and_is_said_to(full: Clinic) -> None:
    """Tried or meant: a site that somebody treated since is not taken away from under it."""
    full.ok(*words("site add 1 'gm l'"))
    with working_under("jsmith"):
        full.ok(*words("inject 1 'gm l' dry --consent written -y"))
    for more in ("--yes", "--dry-run"):
        code, line, hint = refused(full, "undo", more)
        assert (code, line, hint) == (5, "what was recorded since refers to it", "take that back first")


def test_a_signed_session_is_never_taken_back(full: Clinic) -> None:
    code = full.inject("2", "gm r lido 1% 1ml")
    with working_under("jsmith"):
        full.ok("sign", code, "--yes")
    fault, line, hint = refused(full, "undo", "--yes")
    assert (fault, line) == (5, f"{code} is signed")
    assert hint == f"tpi session amend or void {code} --reason TEXT"


@pytest.mark.parametrize("command", ["session amend {} --pain 5 --reason x --yes", "session void {} --reason x --yes"])
def test_nor_is_what_was_done_to_one(full: Clinic, command: str) -> None:
    full.ok("sign", "S-0018", "--yes")
    full.ok(*words(command.format("S-0018")))
    assert refused(full, "undo", "--yes")[:2] == (5, "S-0018 is signed")


NEVER = """
command                        | said            | way out
sign S-0018 --yes              | sign            | amend or void
patient merge 1 2 --yes        | patient merge   | tpi patient unmerge
"""


@pytest.mark.parametrize(("command", "said", "way"), rows(NEVER))
def test_what_has_a_way_back_of_its_own_is_refused_with_it(full: Clinic, command: str, said: str, way: str) -> None:
    full.ok(*words(command))
    code, line, hint = refused(full, "undo", "--yes")
    assert (code, line) == (5, f"the last change was {said}, which cannot be undone")
    assert way in hint


def test_nor_the_making_of_the_store(shipped: Clinic) -> None:
    code, line, hint = refused(shipped, "undo", "--yes")
    assert (code, line, hint) == (5, "the last change was init, which cannot be undone", "the store was made")


def test_an_unmerge_and_an_erasure_are_refused_too(full: Clinic) -> None:
    full.ok(*words("patient merge 1 2 --yes"))
    full.ok(*words("patient unmerge 2 --yes"))
    assert refused(full, "undo", "--yes")[1] == "the last change was patient unmerge, which cannot be undone"
    full.ok(*words("patient erase 2 --authority 'court order' --yes"))
    assert refused(full, "undo", "--yes")[1] == "the last change was patient erase, which cannot be undone"


def test_reading_is_no_change(full: Clinic) -> None:
    """What was only looked at stands in the log, and is not what is taken back."""
    full.ok(*words("patient edit 1 --phone 1111111"))
    full.ok("patient", "show", "1")
    full.ok("export", "csv", "--kind", "patients")
    assert full.ok("undo", "--yes", "--json").json["act"] == "patient edit"


def test_options_that_mean_nothing_here_are_refused(full: Clinic) -> None:
    for option in (("--on", "yesterday"), ("--note", "x")):
        assert refused(full, "undo", *option)[0] == 2


FORGED = {
    "another's record": {"kind": "latex"},
    "words for the engine": {"kind": "latex", "text, entry) SELECT 'x', 1 --": "y"},
}


@pytest.mark.parametrize("columns", FORGED.values(), ids=FORGED.keys())
def test_what_somebody_wrote_beside_the_log_is_not_put_back(clinic: Clinic, columns: dict[str, str]) -> None:
    """A login that may write can write to the history; what stands there is believed where the log counted it."""
    clinic.patient()
    with write.transaction(place(clinic)) as writing:
        db = writing.db
        if not clinic.on_server:
            for (name,) in list(
                db.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'history'")
            ):
                db.run(f"DROP TRIGGER {name}")
        more = {"patient_id": db.value("SELECT id FROM patient"), "clinic_id": writing.clinic.id, "since": "2026-11-23"}
        told = {**more, "id": write.new_id(), "created_at": writing.stamp, "created_by": "x", **columns}
        db.run(
            "INSERT INTO history (record, key, entry, clinic_id, ended_by, salt, content)"
            " VALUES ('alert', :key, 1, :clinic, :by, 'aa', :content)",
            key=told["id"], clinic=writing.clinic.id, by=db.value("SELECT MAX(entry) FROM audit"),
            content=json.dumps(told),
        )  # fmt: skip
    answer = clinic.run("undo", "--yes")
    assert answer.code == 5
    assert "not as the log has it" in answer.err
    assert "tpi verify" in answer.err
    with connect.reading(place(clinic)) as db:
        assert db.value("SELECT COUNT(*) FROM alert WHERE kind = 'latex'") == 0
