"""Every command that writes, as one line to be typed in the prepared clinic; `{home}` is the clinic's folder.

Each is run on a copy of its own, so that none builds on another. A command that is new in the program gets a line
in `ACTS`, and what it finds there (a session to sign, two patients to merge) a line in `PREPARATION`.
"""

PREPARATION = (
    "init --name 'Test Clinic' --zone Europe/London",
    "rule set no_response --level note --reason 'kept on paper'",
    "patient add 'Archer, Ann' 1961-01-01 --weight 62 --allergy none --bleeding none",
    "inject 1 ut l, ls l lido 1% 1ml each --pain 7:3 --next 6w --consent written --yes --on 2026-08-03",
    "inject 1 ut l lido 1% 1ml --pain 6:2 --next 6w --consent written --yes --on 2026-09-21",
    "patient add 'Baker, Ben' 1962-02-02 --weight 71 --allergy none --bleeding none",
    "inject 2 gm r lido 1% 2ml --pain 5:2 --next 3mo --consent written --yes --on 2026-10-05",
    "book 2 today 10:00 --with AM",
    "adverse add 2 'infection:red and warm'",
    "patient add 'Cole, Cat' 1963-03-03 --weight 80 --allergy none --bleeding none --phone '0161 496 0103'",
    "inject 3 is l lido 1% 1ml --pain 8:4 --next 2mo --consent written --yes --on 2026-09-07",
    "snooze 3 6w --reason exams",
    "patient alert 3 add anticoagulant apixaban",
    "patient elsewhere 3 triam 40mg --note 'left knee'",
    "patient add 'Dunn, Dee' 1964-04-04 --allergy none --bleeding none",
    "patient add 'Hall, Hal' 1968-08-08 --allergy none --bleeding none",
    "inject 5 ut r lido 1% 1ml --pain 6:3 --next 6w --consent written --yes --on 2026-10-12",
    "patient add 'Hall, Harold' 1968-08-08 --allergy latex:rash --bleeding none",
    "inject 6 ls r lido 1% 1ml --pain 5:3 --next 6w --consent written --yes --on 2026-10-19",
    "patient add 'Ives, Ida' 1969-09-09 --allergy none --bleeding none",
    "patient add 'Ives, Ada' 1969-09-09 --allergy none --bleeding none",
    "patient merge 7 8 --yes",
    "clinician add DR --name 'Dora Reed' --account dreed",
)
"""What is done once, on 23 November 2026, before the copies are made."""

FILES = {
    "patients.csv": (
        "mrn,name,born,sex,weight_kg,alerts,status\n"
        "M1,'Eden, Eve',1965-05-05,female,60,allergy-none;bleeding-none,active\n"
        "M2,'Ford, Flo',1966-06-06,female,66,allergy-none;bleeding-none,active\n"
    ).replace("'", '"'),
    "injections.csv": (
        "mrn,date,clinician,muscle,side,agent,strength,volume_ml,pain_before,pain_after,follow_up,source_id\n"
        "M1,2026-08-31,AM,trapezius_upper,L,lidocaine,1%,1,7,3,6w,R1\n"
        "M1,2026-08-31,AM,levator_scapulae,L,lidocaine,1%,1,7,3,6w,R2\n"
        "M2,2026-09-14,AM,gluteus_medius,R,lidocaine,1%,2,6,2,3mo,R3\n"
    ),
    "outcomes.csv": "mrn,date,pain,source_id\nM1,2026-10-12,4,Q1\nM2,2026-10-26,2,Q2\n",
}
"""Files that lie in the clinic's folder, to be imported."""

ACTS = {
    "init": "init --name 'Test Clinic' --zone Europe/London",
    "patient add": "patient add 'Gray, Gus' 1967-07-07 --weight 77 --allergy lidocaine:rash --bleeding apixaban",
    "patient edit": "patient edit 1 --weight 63.5 --phone '0161 496 0101' --allergy latex:rash",
    "patient archive": "patient archive 2 --note 'moved to another clinic'",
    "alert add": "patient alert 1 add trauma ut l",
    "alert end": "patient alert 3 end anticoagulant --on today",
    "elsewhere add": "patient elsewhere 1 triam 40mg --site 'ut l'",
    "elsewhere void": "patient elsewhere 3 triam 40mg --void 'it was 10 mg'",
    "site add": "site add 4 ut l --taut-band --tender-spot",
    "site resolve": "site resolve 1 ut l",
    "session void": "session void S-002B --reason 'entered twice' --yes",
    "inject": "inject 1 ut l, gm l lido 1% 1ml + triam 40mg/ml 0.2ml each --pain 6:2 --next 6w --consent written --yes"
    " --lot lido=L1@2027-01-31 --adverse vasovagal:brief",
    "inject booked": "inject 2 gm r dry --pain 4:1 --next none --consent verbal --yes",
    "again": "again 1 --pain 6:2 --consent written --yes",
    "outcome": "outcome 1 2 --site 'ut l' --relief 70 --note 'sleeps again'",
    "outcome resolved": "outcome 1 0 --site 'ut l' --resolved",
    "call booked": "call 1 booked 'wed 11:00' --with AM",
    "call reached": "call 1 reached",
    "call message": "call 1 message",
    "call no-answer": "call 1 no-answer",
    "call wrong-number": "call 3 wrong-number",
    "call declined": "call 1 declined",
    "call later": "call 1 later 6w --by sms --note 'after the holidays'",
    "book": "book 1 'tue 10:00' --with AM",
    "appt move": "appt move 2 'wed 14:30'",
    "appt cancel": "appt cancel 2 --reason 'patient is ill'",
    "appt arrive": "appt arrive 2",
    "appt no-show": "appt no-show 2",
    "snooze": "snooze 1 6w --reason exams",
    "stop": "stop 1 --reason moved",
    "stop site": "stop 1 ut l --reason resolved",
    "stop died": "stop 2 --reason died --yes",
    "resume": "resume 3",
    "adverse add": "adverse add 1 'haematoma:small' --look 3d",
    "adverse close": "adverse close 2 1 --outcome healed",
    "agent add": "agent add lidocaine 1%",
    "payer add": "payer add acme --from 2026-01-01 --max-sessions 4 --min-interval 42d --reason 'policy 12, page 3'",
    "rule set": "rule set no_response --level warn --reason 'scores are kept here now'",
    "config set": "config set clinic.hours 'mon-fri 8:00-17:00'",
    "config set user": "config set user AM",
    "clinician add": "clinician add BK --role auditor --account bkaufmann",
    "clinician retire": "clinician retire DR",
    "sign": "sign S-002B --yes",
    "undo": "undo --yes",
    "session amend": "session amend S-0018 ut r lido 1% 1ml --pain 7:2 --reason 'wrong side typed' --yes",
    "patient merge": "patient merge 5 6 --yes",
    "patient unmerge": "patient unmerge 8 --yes",
    "patient erase": "patient erase 3 --authority 'court order 3 C 114/26' --yes",
    "add under a key": "patient add 'Jay, Jo' 1970-10-10 --allergy none --bleeding none --idempotency-key form-12",
    "chart read": "patient show 1",
    "why read": "why 1",
    "import": "import {home}/patients.csv {home}/injections.csv {home}/outcomes.csv",
}
"""The commands by a short name."""
READINGS = frozenset({"chart read", "why read"})
"""Commands that write no more than that somebody read."""
UNPREPARED = frozenset({"init"})
"""Acts that want an empty folder to begin with."""
RETRIED = frozenset({"init"})
"""Acts that are typed once more where a fault left the state before: nobody may be stuck with what it left."""
