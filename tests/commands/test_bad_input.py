"""What is wrongly typed, wrongly filed or wrongly placed: one line, a hint, an exit code, and no trace of it.

Every case is run twice, plain and with --json. The ward has three patients; the errors about one of them
must not tell a word about PT-0001.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.reading import everything, one_line, refused, rows, talk, words
from tests.conftest import Answer, Clinic

OTHERS = ("Secret", "SECRET", "1950-01-01", "1 Jan 1950", "0161 555 0107", "apixaban")
"""What is on file about PT-0001 and nobody's business in an error about PT-0002."""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """PT-0001, of whom nothing may be told; PT-0002 with session S-0018 and a voided S-002B; PT-0003, never treated."""
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    clinic.ok(*words("patient add 'Secret, Person' 1950-01-01 --mrn A12 --phone '0161 555 0107'"
                     " --allergy none --bleeding apixaban"))  # fmt: skip
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A13")
    clinic.patient("Ruiz, Ana", "1965-04-05")
    assert clinic.inject("2", "ut l lido 1% 1ml", "--next", "3mo") == "S-0018"
    assert clinic.inject("2", "ls l lido 1% 1ml", "--on", "yesterday") == "S-002B"
    clinic.ok(*words("session void S-002B --reason 'entered twice' --yes"))
    return clinic


TYPED = """
what is wrong                     | command                                            | exit | the line holds                         | the hint holds
# dates
an ambiguous date                 | inject 2 ut l lido 1% 1ml --on 03/04/2026          | 2 | '03/04/2026' could be 3 April or 4 March  | 2026-04-03 or 2026-03-04
a date without zeros              | inject 2 ut l lido 1% 1ml --on 2026-1-5            | 2 | in figures                                | 2026-01-05
30 February                       | inject 2 ut l lido 1% 1ml --on 2026-02-30          | 2 | February 2026 has 28 days                 | from 1 to 28
a month without a day             | inject 2 ut l lido 1% 1ml --on 'Dec 2025'          | 2 | which day of December 2025                | 1 Dec 2025
a session in the future           | inject 2 ut l lido 1% 1ml --on tomorrow            | 2 | Tue 24 Nov 2026 (tomorrow) is in the future | --on
a session before the birth        | inject 2 ut l lido 1% 1ml --on 1971-03-03          | 2 | before PT-0002 was born                   | --on
a birth date in the future        | patient add 'X, Y' 2026-11-24 --allergy none --bleeding none | 2 | in the future                   | year
a birth date after a session      | patient edit 2 --born 2026-11-24                   | 2 | in the future                             | year
a birth date from the 19th century | patient add 'X, Y' 1895-01-01 --allergy none --bleeding none | 2 | outside the years 1900 to 2199 | year
a birth date without its year     | patient add 'X, Y' '4 Mar' --allergy none --bleeding none | 2 | in full                            | 1971-03-04
an interval in minutes            | inject 2 ut l lido 1% 1ml --next 3m                | 2 | minutes or months                         | 3mo
an unknown unit of time           | inject 2 ut l lido 1% 1ml --next 3q                | 2 | unknown unit 'q'                          | 6w
a next session in the past        | inject 2 ut l lido 1% 1ml --next yesterday         | 2 | is not after the session                  | 6w
an empty date                     | inject 2 ut l lido 1% 1ml --on ''                  | 2 | the date is missing                       | typed
looking ahead to the past         | due -w yesterday                                   | 2 | (yesterday) is past                       | -w 1w
looking ahead to none             | due -w none                                        | 2 | 'none' is not a date                      | 2026-12-31
a snooze to the past              | snooze 2 yesterday --reason abroad                 | 2 | (yesterday) is not ahead                  | after today
a snooze to today                 | snooze 2 today --reason abroad                     | 2 | (today) is not ahead                      | after today
a finding from the future         | site add 2 is l --since tomorrow                   | 2 | in the future                             | --since
# a filter that is nobody's is no empty list
a clinician who is not on file    | due --clinician ZZ                                 | 3 | no clinician 'ZZ'                         | on file:
a clinician of appointments       | appt list --clinician ZZ                           | 3 | no clinician 'ZZ'                         | on file:
a clinician of a day              | day --clinician ZZ                                 | 3 | no clinician 'ZZ'                         | on file:
a payer nobody has                | due --payer medicar                                | 3 | no payer 'medicar'                        | tpi payer list
# a day of last week is none to come
a snooze to last week             | snooze 2 20 nov --reason abroad                    | 2 | Fri 20 Nov 2026 (3 days ago) is past      | write the year: 20 Nov 2027
a call of last week               | call 2 reached 20 nov                              | 2 | Fri 20 Nov 2026 (3 days ago) is past      | write the year: 20 Nov 2027
a repeat last week                | inject 2 ut l lido 1% 1ml --next '20 nov'          | 2 | Fri 20 Nov 2026 (3 days ago) is past      | write the year: 20 Nov 2027
# an option that lacks its value does not take the next one for it
a reason that was forgotten       | snooze 2 6w --reason -n                            | 2 | --reason needs a value, and -n is an option | --reason=-n
a note that was forgotten         | call 2 no-answer --note --dry-run                  | 2 | --note needs a value                      | --note=--dry-run
# what went where
a volume without unit             | inject 2 ut l lido 1% 1                            | 2 | 1 what? a number needs its unit           | ml
a shared volume                   | inject 2 ut l, ls l lido 1% 1ml                    | 2 | 1 mL for each of 2 sites, or 1 mL in total? | 'each' or 'total'
both sides, not said how          | inject 2 ut both lido 1% 1ml                       | 2 | 1 mL for each of 2 sites                  | 'each' or 'total'
an unknown muscle                 | inject 2 upper trapezus l lido 1% 1ml              | 2 | no muscle is called 'upper trapezus'      | did you mean upper trapezius
a muscle that is several          | inject 2 trap l lido 1% 1ml                        | 2 | 'trap' could be                           | ut
a missing side                    | inject 2 ut lido 1% 1ml                            | 2 | which side? upper trapezius is paired     | ut l, ut r or ut both
a site listed twice               | inject 2 ut l, ut l lido 1% 1ml each               | 2 | listed twice                              | x2
an unknown drug                   | inject 2 ut l lidocane 1% 1ml                      | 2 | no drug is called 'lidocane'              | did you mean lidocaine
a decimal comma                   | inject 2 ut l lido 1% 1,5ml                        | 2 | a comma inside '1,5'                      | 1.5ml
two strengths                     | inject 2 ut l lido 1% 2% 1ml                       | 2 | two strengths: 1% and 2%                  | keep one
a mass that contradicts           | inject 2 ut l lido 1% 1ml 20mg                     | 2 | 1% x 1 mL is 10 mg, not 20 mg             | correct one
a strength that is several        | inject 2 ut l lido 1ml                             | 2 | which strength of lidocaine               | before 1 mL
milligrams of a toxin             | inject 2 ut l botox 20mg                           | 2 | measured in units                         | 20units
a volume of nothing               | inject 2 ut l lido 1% 0ml                          | 2 | more than 0                               | given
passes after the needle           | inject 2 is l dry x3                               | 2 | no muscle is called 'x3'                  | muscle
no items                          | inject 2                                           | 2 | what was injected?                        | tpi help items
empty items                       | inject 2 ''                                        | 2 | what was injected?                        | tpi help items
pain of eleven                    | inject 2 ut l lido 1% 1ml --pain 11                | 2 | pain is 0 to 10                           | 7:3
pain as a fraction                | inject 2 ut l lido 1% 1ml --pain 7/3               | 2 | not a pain score                          | 7:3
a lot of an agent not given       | inject 2 ut l lido 1% 1ml --lot triam=X9           | 2 | no triamcinolone acetonide was given      | given: lidocaine
a lot without a number            | inject 2 ut l lido 1% 1ml --lot lido               | 2 | cannot be read                            | lido=LX2409A
an expiry without dashes          | inject 2 ut l lido 1% 1ml --lot lido=X@20270331    | 2 | '20270331' is no day                      | @2027-03-31
an expiry on 30 February          | inject 2 ut l lido 1% 1ml --lot lido=X@2027-02-30  | 2 | '2027-02-30' is no day                    | @2027-03-31
a twitch elsewhere                | inject 2 ut l lido 1% 1ml --twitch 'ut r'          | 2 | a site that was not treated               | of this session
a needle that is none             | inject 2 ut l lido 1% 1ml --needle 38mm            | 2 | cannot be read                            | 25Gx38mm
a guidance that is none           | inject 2 ut l lido 1% 1ml --guidance ct            | 2 | --guidance cannot be 'ct'                 | palpation, ultrasound, emg
a consent that is none            | inject 2 ut l lido 1% 1ml --consent maybe          | 2 | --consent cannot be 'maybe'               | written, verbal
a position that is none           | inject 2 ut l lido 1% 1ml --position standing      | 2 | --position cannot be 'standing'           | sitting
an event that is none             | inject 2 ut l lido 1% 1ml --adverse hiccups        | 2 | 'hiccups' is no type of adverse event             | vasovagal
a code that is none               | inject 2 ut l lido 1% 1ml --dx back                | 2 | cannot be read                            | M79.18
company in figures                | inject 2 ut l lido 1% 1ml --with 12                | 2 | cannot be read                            | massage
# who
an unknown patient                | inject 99 ut l lido 1% 1ml                         | 3 | no patient PT-0099                        | tpi find
an unknown patient asked about    | why 99                                             | 3 | no patient PT-0099                        | tpi find
an unknown mrn                    | why mrn:A1                                         | 3 | no patient mrn:A1                         | tpi find
an mrn in other case              | why mrn:a12                                        | 3 | no patient mrn:a12                        | tpi find
a name off a terminal             | inject Secret ut l lido 1% 1ml                     | 2 | 'Secret'                                  | tpi find
a name among ids                  | due 2 Tan                                          | 2 | 'Tan'                                     | tpi find
an id that is zero                | why 0                                              | 2 | '0'                                       | tpi find
the start of an id                | why PT-                                            | 2 | 'PT-'                                     | tpi find
an id with a letter               | why 2x                                             | 2 | '2x'                                      | tpi find
an id with a decimal              | why 2.0                                            | 2 | '2.0'                                     | tpi find
an mrn that is taken              | patient add 'X, Y' 1970-01-01 --mrn A12 --allergy none --bleeding none | 5 | mrn A12 belongs to PT-0001 | tpi patient show PT-0001
an mrn that is taken, by edit     | patient edit 2 --mrn A12                           | 5 | mrn A12 belongs to PT-0001                | tpi patient show PT-0001
the same person once more         | patient add 'tan,  MEI' 1971-03-04 --allergy none --bleeding none | 5 | PT-0002 has this name and birth date | --mrn
a name without a letter           | patient add '12 34' 1970-01-01 --allergy none --bleeding none | 2 | no letter                       | another name
an empty name                     | patient add '' 1970-01-01 --allergy none --bleeding none | 2 | no letter                            | another name
an empty mrn                      | patient edit 2 --mrn ' '                           | 2 | the mrn is empty                          | another mrn
no birth date                     | patient add 'X, Y' --allergy none --bleeding none  | 2 | birth date is missing                     | 1971-03-04
allergies not asked               | patient add 'X, Y' 1970-01-01 --bleeding none      | 2 | --allergy was not answered                | --allergy none
bleeding not asked                | patient add 'X, Y' 1970-01-01 --allergy none       | 2 | --bleeding was not answered               | --bleeding none
none and something                | patient add 'X, Y' 1970-01-01 --allergy none --allergy lido --bleeding none | 2 | cannot both be | leave one out
an empty answer                   | patient add 'X, Y' 1970-01-01 --allergy '' --bleeding none | 2 | is empty                           | none
a weight in words                 | patient edit 2 --weight heavy                      | 2 | 'heavy' is no number                      | 62.5 (in kg)
a weight with a comma             | patient edit 2 --weight 62,5                       | 2 | '62,5' is no number                       | 62.5 (in kg)
a weight in grams                 | patient edit 2 --weight 62500                      | 2 | no body weight                            | kg
a height in metres                | patient edit 2 --height 1.7                        | 2 | no body height                            | cm
a sex that is none                | patient edit 2 --sex yes                           | 2 | --sex cannot be 'yes'                     | female, male
a status that is none             | patient edit 2 --status gone                       | 2 | --status cannot be 'gone'                 | archived
an edit of nothing                | patient edit 2                                     | 2 | nothing to change                         | --weight
# sites and sessions
a site that is not there          | why 2 gm r                                         | 3 | on PT-0002                                | tpi site list PT-0002
a site number that is not there   | why 2 9                                            | 3 | no site 9 on PT-0002                      | tpi site list PT-0002
a site number without an end      | why 2 12345678901                                  | 3 | no site 123456789... on PT-0002           | tpi site list PT-0002
an event beyond every number      | adverse close 2 9223372036854775808 --outcome well | 3 | no adverse event 9223372036854775808      | tpi adverse list
both sites at once                | why 2 ut both                                      | 2 | both is two sites                         | one side
a side alone                      | why 2 l                                            | 2 | muscle                                    | ut
a site that is there              | site add 2 ut l                                    | 5 | that is site 1 already                    | tpi site list
a session that is not there       | session show S-0000                                | 3 | no session S-0000                         | tpi session list
a slip in a session's id          | session show S-0019                                | 3 | no session S-0019                         | tpi session list
a void without reason             | session void S-0018 --yes                          | 2 | a void needs a reason                     | --reason
a void with a blank reason        | session void S-0018 --yes --reason ' '             | 2 | a void needs a reason                     | --reason
a void of the voided              | session void S-002B --yes --reason again           | 5 | S-002B is void already                    | tpi
again, of nothing                 | again 3                                            | 3 | PT-0003 has no session yet                | tpi inject PT-0003
again, from another patient's     | again 3 --from S-0018                              | 5 | not a session of PT-0003                  | tpi session list PT-0003
# holds
a stop without reason             | stop 2                                             | 2 | a stop needs a reason                     | resolved
a stop with another reason        | stop 2 --reason bored                              | 2 | --reason cannot be 'bored'                | declined
a site that dies                  | stop 2 ut l --reason died                          | 2 | a patient dies, not a site                | --reason died
a snooze without reason           | snooze 2 6w                                        | 2 | a snooze needs a reason                   | --reason
a resume of what runs             | resume 2                                           | 5 | nothing is held here                      | tpi why
a resolve of no site              | site resolve 3 ut l                                | 3 | on PT-0003                                | tpi site list PT-0003
# catalogues and settings
a new agent without kind          | agent add articaine 4%                             | 2 | a new agent needs its kind                | --kind amide
a strength that is none           | agent add lidocaine strong                         | 2 | 'strong' is no strength                   | 1%
a strength of nothing             | agent add lidocaine 0%                             | 2 | '0%' is no strength                       | 1%
a solid measured in units         | agent add lidocaine 50units/ml                     | 2 | measured in mg                            | tpi agent show
an agent that is not there        | agent show novocane                                | 3 | no agent 'novocane'                       | did you mean
a muscle that is not there        | muscle show trapezus                               | 3 | no muscle 'trapezus'                      | did you mean
a filter that is not there        | due --muscle thumb                                 | 3 | no muscle 'thumb'                         | tpi muscle list
a setting that is not there       | config set colour never                            | 3 | no setting 'colour'                       | tpi config list
a setting that is not there, got  | config get colour                                  | 3 | no setting 'colour'                       | tpi config list
days in words                     | config set recall.overdue soon                     | 2 | a number of days                          | recall.overdue 14
negative days                     | config set recall.overdue -- -1                    | 2 | a number of days                          | recall.overdue 14
statuses turned round             | config set recall.overdue 200                      | 2 | order of the statuses                     | due <= overdue <= lapsed
a zone on Mars                    | config set clinic.zone Mars/Base                   | 2 | unknown time zone 'Mars/Base'             | Europe/London
sides counted twice               | config set billing.sides twice                     | 2 | billing.sides cannot be 'twice'           | once, each
limits of nobody's                | config set dose.profile fda                        | 2 | dose.profile cannot be 'fda'              | us-label, conservative
a format that is none             | config set format pdf                              | 2 | format cannot be 'pdf'                    | json
an empty value                    | config set user ' '                                | 2 | user cannot be empty                      | tpi config list
a page that is not there          | help cooking                                       | 3 | no page 'cooking'                         | dates
a shell that is none              | completion show tcsh                               | 2 | no completion for 'tcsh'                  | bash, zsh, fish
a second init                     | init                                               | 5 | there is a store at                       | --db
a store in nowhere-zone           | init --db other.db --zone Mars/Base                | 2 | unknown time zone                         | Europe/London
# options
an unknown option                 | due --nobody                                       | 2 | no such option: --nobody                  | tpi due --help
an option nearly right            | due --overdu                                       | 2 | --overdue                                 | tpi due --help
an option of writing, reading     | due --dry-run                                      | 2 | no such option: --dry-run                 | tpi due --help
an unknown command                | injct 2                                            | 2 | no command 'injct'                        | did you mean inject
an unknown command below          | patient lst                                        | 2 | no command 'lst'                          | did you mean list
a command like no other           | xyzzy                                              | 2 | no command 'xyzzy'                        | tpi --help
an argument missing               | why                                                | 2 | missing argument 'PATIENT'                | tpi why --help
an argument too many              | patient show 2 3                                   | 2 | unexpected extra argument                 | tpi patient show --help
a value missing                   | due --within                                       | 2 | --within                                  | --help
an unknown column                 | due --columns patient,shoe                         | 2 | no column 'shoe'                          | columns: due, late, patient
no column                         | due --columns ,                                    | 2 | no column                                 | columns: due, late, patient
an unknown redaction              | due --redact some                                  | 2 | --redact cannot be 'some'                 | none, names, all
an unknown colour                 | due --color pink                                   | 2 | --color cannot be 'pink'                  | auto, always, never
an unknown status                 | due --status late                                  | 2 | --status cannot be 'late'                 | overdue
an unknown order                  | due --sort age                                     | 2 | --sort cannot be 'age'                    | due, name
a limit of none                   | due --limit 0                                      | 2 | '--limit'                                 | tpi due --help
a limit in words                  | due --limit many                                   | 2 | '--limit'                                 | tpi due --help
a limit beyond counting           | due --limit 99999999999999999999                   | 2 | '--limit'                                 | tpi due --help
a limit of sessions beyond        | session list --limit 99999999999999999999          | 2 | '--limit'                                 | tpi session list --help
a status of patients              | patient list --status gone                         | 2 | --status cannot be 'gone'                 | archived
a file that cannot be written     | due -o /no/such/folder/list.txt                    | 1 | cannot write /no/such/folder/list.txt     | another file
# in and out
an import of no file              | import                                             | 2 | missing argument                          | tpi import --help
an import of a file not there     | import nowhere.csv                                 | 2 | nowhere.csv cannot be read: No such file  | name
an import of a folder             | import /dev                                        | 2 | /dev holds neither CSV nor FHIR files     | folder
errors handled otherwise          | import - --on-error ignore                         | 2 | --on-error cannot be 'ignore'             | stop, skip
an export to nothing              | export pdf                                         | 2 | cannot export pdf                         | csv, json or sqlite
an export of two files to one     | export csv                                         | 2 | which file?                               | --kind
an export of a kind not there     | export csv --kind letters                          | 2 | --kind cannot be 'letters'                | patients, injections
a database to a terminal          | export sqlite                                      | 2 | cannot go to stdout                       | -o copy.db
an export with names left out     | export csv --kind patients --redact names          | 2 | --redact does not apply                   | export fhir
an export into a file's folder    | export csv -o /dev/null/export                     | 1 | cannot write /dev/null/export             | another
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("what", "command", "code", "line", "hint"), rows(TYPED), ids=[row[0] for row in rows(TYPED)])
def test_what_is_wrongly_typed(ward: Clinic, what: str, command: str, code: str, line: str, hint: str) -> None:
    found, told, advice = refused(ward, *words(command))
    assert (found, line in told, hint in advice) == (int(code), True, True), f"{what}: {told} | {advice}"
    assert not any(secret in told + advice for secret in OTHERS if secret not in command)


POINTED = """
typed                                              | underlined
inject 2 'ut l lido 1% 1'                          | 1
inject 2 'ut l, ls l lido 1% 1ml'                  | lido 1% 1ml
inject 2 'upper trapezus l lido 1% 1ml'            | upper trapezus
inject 2 'ut lido 1% 1ml'                          | ut
inject 2 'ut l lido 1% 1,5ml'                      | 1,5
inject 2 'ut l lido 1% 2% 1ml'                     | 2%
inject 2 'ut l lido 1% 1ml' --on 03/04/2026        | 03/04/2026
inject 2 'ut l lido 1% 1ml' --pain 11              | 11
inject 2 'ut l lido 1% 1ml' --next 3m              | m
"""


@pytest.mark.parametrize(("typed", "underlined"), rows(POINTED))
def test_the_grammars_point_at_the_word(ward: Clinic, typed: str, underlined: str) -> None:
    _, text, carets, _ = talk(ward.run(*words(typed)))
    at = carets.index("^")
    assert text[at:].startswith(underlined)
    assert carets.count("^") == len(underlined)


def test_an_unknown_format_is_refused_however_it_is_given(ward: Clinic) -> None:
    for command, more in (("due --format xml", {}), ("--format xml due", {}), ("due", {"TPI_FORMAT": "xml"})):
        answer = ward.run(*words(command), **more)
        assert (answer.code, answer.out) == (2, "")
        assert one_line(answer) == ("--format cannot be 'xml'", "one of table, plain, tsv, csv, json, ndjson")


def test_what_a_refused_word_holds_does_not_reach_the_terminal(ward: Clinic) -> None:
    """Escape sequences and bytes that are no text are shown, not sent, wherever they are typed."""
    for evil, visible in (("\x1b[2J", "\\x1b[2J"), ("\u202e", "\\u202e"), ("\udcff", "\\udcff")):
        for command in (
            ["why", evil],
            ["why", f"mrn:{evil}"],
            ["session", "show", evil],
            [evil],
            ["due", f"--{evil}"],
            ["due", "--columns", evil],
            ["due", "--format", evil],
            ["due", "--muscle", evil],
            ["due", "-w", evil],
            ["inject", "2", f"{evil} l lido 1% 1ml"],
            ["inject", "2", f"ut l {evil} 1% 1ml"],
            ["inject", "2", "ut l lido 1% 1ml", "--on", evil],
            ["inject", "2", "ut l lido 1% 1ml", "--lot", evil],
            ["config", "get", evil],
            ["help", evil],
            ["import", evil],
        ):
            answer = ward.run(*command)
            assert answer.code in {2, 3}, (command, answer)
            assert evil not in answer.err
            assert visible in answer.err.replace("[2j", "[2J") or "not valid UTF-8" in answer.err, (command, answer)


NO_TEXT = """
where                | command
a name               | patient add X 1970-01-01 --allergy none --bleeding none
a note on a patient  | patient add 'X, Y' 1970-01-01 --allergy none --bleeding none --note X
a phone              | patient edit 2 --phone X
an e-mail            | patient edit 2 --email X
an allergy           | patient add 'X, Y' 1970-01-01 --allergy X --bleeding none
a note changed       | patient edit 2 --note X
a note of archiving  | patient archive 2 --note X
a note of a session  | inject 2 'is l lido 1% 1ml' --yes --note X
a lot                | inject 2 'is l lido 1% 1ml' --yes --lot lido=X
an event             | inject 2 'is l lido 1% 1ml' --yes --adverse vasovagal:X
a clinician          | --as X inject 2 'is l lido 1% 1ml' --yes
a reason to void     | session void S-0018 --yes --reason X
a note of a stop     | stop 2 --reason other --note X
a reason to snooze   | snooze 2 6w --reason X
a point              | site add 2 is l --point X
where pain goes      | site add 2 is l --referred X
a note of an agent   | agent add lidocaine 1% --note X
the clinic's name    | config set clinic.name X
your code            | config set user X
a filter             | due --payer X
a filter by person   | due --clinician X
an mrn               | why mrn:X
"""


@pytest.mark.parametrize(("where", "command"), rows(NO_TEXT), ids=[row[0] for row in rows(NO_TEXT)])
def test_bytes_that_are_no_text_are_refused(ward: Clinic, where: str, command: str) -> None:
    """A lone surrogate is what a shell's stray byte becomes; the store could not keep it."""
    typed = [word if "X, Y" in word else word.replace("X", "X\udcff") for word in words(command)]
    code, line, _ = refused(ward, *typed)
    assert (code, "UTF-8" in line) == (2, True) or (where == "a reason to void" and code == 2), line


@pytest.mark.parametrize("field", ["name", "phone", "mrn", "note", "allergy"])
def test_nul_is_refused(ward: Clinic, field: str) -> None:
    """It cannot be typed, but it can come by JSON."""
    given = {"name": "X, Y", "born": "1970-01-01", "allergy": "none", "bleeding": "none", field: "X\\u0000Y"}
    text = "{" + ", ".join(f'"{key}": "{value}"' for key, value in given.items()) + "}"
    code, line, _ = refused(ward, "patient", "add", "-", stdin=text)
    assert (code, "holds a NUL character" in line) == (2, True), line


BAD_FIELDS = """
what                      | stdin                                                          | the line holds
nothing                   |                                                                | nothing came on stdin
no colon                  | Tan Mei                                                        | no colon
a field not known         | {"name": "X, Y", "shoe": 44}                                   | unknown field 'shoe'
JSON cut short            | {"name": "X, Y"                                                | no JSON object
a list for a name         | {"name": ["X"], "born": "1970-01-01", "allergy": "none", "bleeding": "none"} | name
numbers for allergies | {"name": "X, Y", "born": "1970-01-01", "allergy": [1, 2], "bleeding": "none", "sex": 2} | '2'
a list in a list | {"name": "X, Y", "born": "1970-01-01", "allergy": [1, {}], "bleeding": "none"} | stdin:1: 'allergy'
no name                   | {"born": "1970-01-01", "allergy": "none", "bleeding": "none"}  | name
"""


@pytest.mark.parametrize(("what", "stdin", "line"), rows(BAD_FIELDS), ids=[row[0] for row in rows(BAD_FIELDS)])
def test_fields_on_stdin_are_read_strictly(ward: Clinic, what: str, stdin: str, line: str) -> None:
    code, told, _ = refused(ward, "patient", "add", "-", stdin=stdin)
    assert (code, line in told) == (2, True), f"{what}: {told}"


LONG = "x" * 3000


@pytest.mark.parametrize(
    "command",
    [
        ["why", LONG],
        ["why", "9" * 3000],
        ["why", "mrn:" + LONG],
        ["why", "2", LONG],
        ["why", "2", "9" * 5000],
        [LONG],
        ["due", "--" + LONG],
        ["due", "--columns", LONG],
        ["due", "--muscle", LONG],
        ["due", "-w", LONG],
        ["due", "-w", "9" * 3000 + "w"],
        ["inject", "2", LONG],
        ["inject", "2", "ut l " * 600],
        ["inject", "2", "ut l lido 1% " + "9" * 3000 + "ml"],
        ["inject", "2", "ut l lido 1% 1ml", "--pain", "9" * 3000],
        ["inject", "2", "ut l lido 1% 1ml", "--lot", "lido=" + LONG],
        ["inject", "2", "ut l lido 1% 1ml", "--dx", LONG],
        ["inject", "2", "ut l lido 1% 1ml", "--note", LONG * 2],
        ["patient", "add", LONG, "1970-01-01", "--allergy", "none", "--bleeding", "none"],
        ["patient", "edit", "2", "--phone", LONG],
        ["patient", "edit", "2", "--weight", "9" * 3000],
        ["patient", "edit", "2", "--weight", "0." + "0" * 3000 + "1"],
        ["session", "show", LONG],
        ["config", "set", "clinic.zone", LONG],
        ["config", "set", "recall.overdue", "9" * 3000],
        ["config", "set", "recall.overdue", "9" * 5000],
        ["config", "set", "appointment.minutes", "9" * 5000],
        ["config", "set", "clinic.capacity", "9" * 5000],
        ["agent", "add", LONG, "1%", "--kind", "amide"],
        ["agent", "add", "lidocaine", "9" * 3000 + "%"],
        ["import", LONG],
        ["--db", LONG, "due"],
    ],
    ids=lambda command: " ".join(word[:12] for word in command),
)
def test_three_thousand_characters(ward: Clinic, command: list[str]) -> None:
    code, _, _ = refused(ward, *command)
    assert code in {2, 3, 6}


@pytest.mark.parametrize("typed", [b"ut l lido 1% 1ml \xff", b"\xfe\xff", b"ut l \xc3"])
def test_stdin_that_is_no_text(ward: Clinic, typed: bytes) -> None:
    done = _process(ward, "inject", "2", "-", "--yes", stdin=typed)
    assert (done.code, done.out) == (2, "")
    one_line(done)


ENDLESS = """
where    | command
items    | inject 2 - --yes
a plan   | check 2 -
amending | session amend S-0018 - --reason slip --yes
a note   | call 2 no-answer --note -
fields   | patient add -
"""


@pytest.mark.parametrize(("where", "command"), rows(ENDLESS), ids=[row[0] for row in rows(ENDLESS)])
def test_stdin_is_read_so_far_and_no_further(ward: Clinic, where: str, command: str) -> None:
    """`< /dev/zero` would fill the memory."""
    code, line, _ = refused(ward, *words(command), stdin="x" * 70_000)
    assert (code, line) == (2, "stdin is longer than 65,536 characters"), where


def _process(clinic: Clinic, *command: str, stdin: bytes = b"", **more: str) -> Answer:
    """A process of its own, whose stdin need not be text."""
    run = [sys.executable, "-m", "tpi_cli", *command]
    env = clinic.environment(**more)
    done = subprocess.run(run, input=stdin, capture_output=True, env=env, check=False, timeout=60)
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


HEAD = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up\n"
FILES = {
    "a missing column": ("mrn,name\nA20,\"Bom, Bo\"\n", "column born is missing", "mrn, name, born"),
    "a missing column of injections": (HEAD.replace(",follow_up", "") + "A12,2026-01-05,ut,L,lido,1%,1\n",
                                       "column follow_up is missing", "follow_up"),
    "30 February": (HEAD + "A12,2026-02-30,ut,L,lido,1%,1,3mo\n", "bad.csv:2: date: '2026-02-30' is no day", "skip"),
    "a date by weeks": (HEAD + "A12,2026-W05-1,ut,L,lido,1%,1,3mo\n", "bad.csv:2: date: '2026-W05-1'", "skip"),
    "a future date": (HEAD + "A12,2026-11-24,ut,L,lido,1%,1,3mo\n", "bad.csv:2: date: is in the future", "skip"),
    "a date before the birth": (HEAD + "A12,1949-12-31,ut,L,lido,1%,1,3mo\n",
                                "bad.csv:2: date: is before the birth date", "skip"),
    "an unknown muscle": (HEAD + "A12,2026-01-05,thumb,L,lido,1%,1,3mo\n", "bad.csv:2: muscle: unknown", "skip"),
    "a missing side": (HEAD + "A12,2026-01-05,ut,,lido,1%,1,3mo\n", "bad.csv:2: side:", "skip"),
    "an ambiguous interval": (HEAD + "A12,2026-01-05,ut,L,lido,1%,1,3m\n", "bad.csv:2: follow_up: '3m'", "skip"),
    "no volume": (HEAD + "A12,2026-01-05,ut,L,lido,1%,,3mo\n", "bad.csv:2: volume_ml: is empty", "skip"),
    "a decimal comma": (HEAD + 'A12,2026-01-05,ut,L,lido,1%,"1,5",3mo\n', "bad.csv:2: volume_ml: '1,5'", "skip"),
    "an unknown mrn": (HEAD + "A99,2026-01-05,ut,L,lido,1%,1,3mo\n", "bad.csv:2: mrn: no patient", "skip"),
    "another name for an mrn": ("mrn,name,born\nA12,\"Bom, Bo\",1950-01-01\n", "bad.csv:2: name: differs", "skip"),
    "another birth date": ("mrn,name,born\nA13,\"Tan, Mei\",1971-03-05\n", "bad.csv:2: born: differs", "skip"),
    "a birth to come": ("mrn,name,born\nA20,\"Bom, Bo\",2027-01-01\n", "bad.csv:2: born: is in the future", "skip"),
    "an empty file": ("", "bad.csv is empty", "first line"),
    "a file of blank lines": ("\n\n\n", "bad.csv is empty", "first line"),
    "a header of strangers": ("shoe,hat\n44,58\n", "neither patients nor injections", "--kind"),
    "a column twice": ("mrn,name,born,name\nA20,B,1970-01-01,C\n", "column name stands there twice", "keep one"),
    "a quote left open": ("mrn,name,born\nA20,\"Bom, Bo,1970-01-01\n", "bad.csv:2: not CSV", "quotes"),
    "two signs": ("mrn;name,born\nA20;Bom,1970-01-01\n", "commas or semicolons between the columns?", "in a map"),
    "a NUL": ("mrn,name,born\nA20,Bo\x00m,1970-01-01\n", "bad.csv:2:", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_files_that_cannot_be_taken(ward: Clinic, what: str) -> None:
    text, line, hint = FILES[what]
    _not_taken(ward, ward.file("bad.csv", text), line, hint)


def test_a_file_that_is_not_utf8(ward: Clinic) -> None:
    path = ward.home / "bad.csv"
    path.write_bytes(b'mrn,name,born\nA20,"Bom, Bo",1970-01-01\nA21,"Caf\xe9, Jo",1970-01-01\n')
    _not_taken(ward, str(path), "bad.csv:3: not UTF-8", "UTF-8")


def _not_taken(clinic: Clinic, path: str, line: str, hint: str) -> None:
    """Refused whole; the last line on stderr is the error, bad rows may be named before it."""
    before = everything(clinic)
    plain, as_json = clinic.run("import", path), clinic.run("import", path, "--json")
    assert everything(clinic) == before
    assert (plain.code, as_json.code, plain.out, as_json.out) == (2, 2, "", "")
    *_, error, advice = talk(plain)
    assert error.startswith("tpi: ")
    assert (line in error, hint in advice) == (True, True), plain.err
    assert advice.startswith("  hint: ")
    assert Answer(2, "", talk(as_json)[-1]).error["code"] == 2
    assert not any(secret in plain.err for secret in OTHERS if secret not in Path(path).read_text("latin-1"))


# Stores that cannot be opened.


def _store_refused(clinic: Clinic, line: str, hint: str) -> None:
    for command in ("due", "patient list", "why 1", "inject 1 ut l lido 1% 1ml --yes", "stop 1 --reason other",
                    "patient add 'X, Y' 1970-01-01 --allergy none --bleeding none"):  # fmt: skip
        code, told, advice = refused(clinic, *words(command))
        assert (code, line in told, hint in advice) == (6, True, True), f"{command}: {told} | {advice}"


@pytest.mark.file
def test_no_store(home: Clinic) -> None:
    hint = "run: tpi init, or tpi restore FILE where there was one (or try: tpi demo)"
    _store_refused(home, f"no store at {home.store}", hint)
    assert everything(home) == {}


@pytest.mark.file
def test_a_store_that_is_a_folder(home: Clinic) -> None:
    home.store.mkdir(parents=True)
    _store_refused(home, f"{home.store} is not a tpi store", "it is a folder")
    code, line, _ = refused(home, "init")
    assert (code, "is not a tpi store" in line) == (6, True)


@pytest.mark.file
@pytest.mark.parametrize(
    "content", [b"", b"short", b"SQLite format 3\x00" + bytes(4096)], ids=["empty", "short", "torn"]
)
def test_a_file_that_is_no_store(home: Clinic, content: bytes) -> None:
    home.store.parent.mkdir(parents=True)
    home.store.write_bytes(content)
    _store_refused(home, f"{home.store} is not a tpi store", "tpi init")


@pytest.mark.file
def test_a_database_of_another_program(home: Clinic) -> None:
    import sqlite3

    home.store.parent.mkdir(parents=True)
    with sqlite3.connect(home.store) as other:
        other.execute("CREATE TABLE patient (name TEXT)")
    other.close()
    _store_refused(home, f"{home.store} is not a tpi store", "tpi init")


@pytest.mark.file
def test_a_wrong_key(clinic: Clinic) -> None:
    clinic.patient()
    clinic.key.write_text("tpi-key-1 " + "0" * 64 + "\n")
    _store_refused(clinic, f"the key in {clinic.key} does not open {clinic.store}", "TPI_KEY_FILE")


@pytest.mark.file
@pytest.mark.parametrize("content", ["", "tpi-key-1", "tpi-key-1 12ab", "0" * 64, "tpi-key-1 " + "Z" * 64])
def test_a_key_file_without_a_key(clinic: Clinic, content: str) -> None:
    clinic.key.write_text(content)
    _store_refused(clinic, "does not hold a tpi key", "TPI_KEY_FILE")


@pytest.mark.file
def test_a_key_that_is_gone(clinic: Clinic) -> None:
    clinic.key.unlink()
    _store_refused(clinic, f"no key for the store: {clinic.key} is not there", "TPI_KEY_FILE")


@pytest.mark.file
def test_a_key_that_others_can_read(clinic: Clinic) -> None:
    clinic.key.chmod(0o644)
    _store_refused(clinic, f"others can read the key file {clinic.key}", f"chmod 600 {clinic.key}")


ANOTHER = [
    (99, "newer tpi (schema 99, this one knows 5)", "upgrade tpi; nothing was changed"),
    (1, "older schema (1, this tpi needs 5)", "tpi db migrate brings it up to date; tpi backup first"),
    (0, "older schema (0, this tpi needs 5)", "tpi db migrate brings it up to date; tpi backup first"),
]


@pytest.mark.file
@pytest.mark.parametrize(("version", "line", "hint"), ANOTHER)
def test_a_store_of_another_schema(home: Clinic, version: int, line: str, hint: str) -> None:
    from sqlcipher3 import dbapi2

    home.ok("init", "--plain")
    with dbapi2.connect(str(home.store)) as store:
        store.execute("PRAGMA journal_mode=DELETE")
        store.execute(f"PRAGMA user_version={version}")
    store.close()
    _store_refused(home, line, hint)


@pytest.mark.file
def test_a_store_held_by_another_program(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    from tpi_cli.store import connect
    from tpi_cli.store.place import Place

    clinic.inject(clinic.patient())
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.05)
    holding = connect.open_store(Place(str(clinic.store), str(clinic.key)))
    holding.execute("BEGIN IMMEDIATE")
    try:
        answer = clinic.run("stop", "1", "--reason", "other")
    finally:
        holding.close()
    assert (answer.code, answer.out) == (6, "")
    assert one_line(answer) == ("another program holds the store; nothing was recorded", "try again in a moment")


def _as_anybody() -> None:
    """Give up what lets root write where nobody may (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH)."""
    drop = 24  # PR_CAPBSET_DROP
    for power in (1, 2):
        ctypes.CDLL(None).prctl(drop, power, 0, 0, 0)


@pytest.mark.file
@pytest.mark.skipif(sys.platform != "linux", reason="the powers of root are taken away the Linux way")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a fork with threads about: the child only execs
@pytest.mark.parametrize("which", ["folder", "file"])
def test_a_read_only_store(clinic: Clinic, which: str) -> None:
    clinic.inject(clinic.patient())
    target = clinic.store.parent if which == "folder" else clinic.store
    clinic.store.chmod(0o400)
    target.chmod(0o500 if which == "folder" else 0o400)
    before = clinic.bytes()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tpi_cli", *words("stop 1 --reason other")],
            capture_output=True, env=clinic.environment(), check=False, timeout=60,
            preexec_fn=_as_anybody if os.geteuid() == 0 else None,
        )  # fmt: skip
    finally:
        clinic.store.parent.chmod(0o700)
        clinic.store.chmod(0o600)
    answer = Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert (answer.code, answer.out) == (6, ""), answer
    line, hint = one_line(answer)
    assert "cannot be written" in line
    assert str(clinic.store.parent) in hint
    assert clinic.bytes() == before


@pytest.mark.parametrize("value", ["2026-1-5", "20261123", "2026-W48-1", "2026-02-30", "tomorrow", "23/11/2026"])
def test_a_clock_set_wrongly(ward: Clinic, value: str) -> None:
    code, line, hint = refused(ward, "due", TPI_TODAY=value)
    assert (code, line, hint) == (2, "TPI_TODAY is not a day", "write TPI_TODAY=2026-11-23")


SETTINGS = {
    "half a line": (b"format = ", "cannot be read as TOML"),
    "a setting nobody knows": (b"shoe = 'x'\n", "unknown setting 'shoe'"),
    "no text": (b"user = '\xff'\n", "cannot be read as TOML"),
    "brackets without an end": (b"user = " + b"[" * 50_000, "cannot be read as TOML"),
    "a number without an end": (b"user = " + b"9" * 5000, "cannot be read as TOML"),
    "a NUL": (b'key_file = "a\\u0000b"\n', "key_file holds a NUL character"),
    "too much": (b"#" * 65_537, "is longer than 65,536 bytes"),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_settings_file_that_is_none(clinic: Clinic, what: str) -> None:
    content, line = SETTINGS[what]
    (clinic.home / "config" / "tpi" / "config.toml").write_bytes(content)
    for command in ("due", "init", "config list"):
        code, told, _ = refused(clinic, *words(command))
        assert (code, line in told) == (2, True), told


def test_settings_that_are_no_file(clinic: Clinic) -> None:
    """A link that leads nowhere is not the same as no settings: --redact may stand in them."""
    settings = clinic.home / "config" / "tpi" / "config.toml"
    settings.symlink_to(settings.name)
    assert refused(clinic, "due")[:2] == (2, f"{settings} cannot be read: Too many levels of symbolic links")
    settings.unlink()
    os.mkfifo(settings)
    assert refused(clinic, "due")[:2] == (2, f"{settings} cannot be read: it is not a file")
