"""A patient with some of everything, put on top of the sample clinic: the export is judged with it in."""

from tests.conftest import Clinic

SESSIONS = (
    ("2026-11-23", "ut l, is r lido 1% 1ml each", "--pain", "7:3", "--next", "3mo", "--dx", "M79.18",
     "--lot", "lidocaine=L12@2027-10-31", "--adverse", "haematoma:a hand wide", "--guidance", "ultrasound",
     "--needle", "25Gx38mm", "--position", "prone", "--with", "massage,stretching", "--note", "Slept badly."),
    ("2026-11-20", "ut r lido 1% 1ml", "--adverse", "soreness", "--pain", "4:4"),
    ("2026-10-05", "ut r dry, ls l x3 dry", "--dx", "M79.12", "--pain", "5:4"),
    ("2026-08-05", "ut r botox 20units"),
    ("2026-06-05", "ut r lido 1% 1ml + triamcinolone 10mg/ml 0.5ml"),
    ("2026-04-06", "ut r, ut l lido 1% 3ml total", "--note", "one syringe for both"),
    ("2026-03-05", "ql r lido 1% epi 1:200000 2ml"),
)  # fmt: skip
"""Day, items and options: a vial with its lot and all the circumstances, one that will be void, dry needles, a toxin, a
steroid in the mix, one syringe for two sites, epinephrine."""


def put_on_file(clinic: Clinic) -> str:
    """Put it all on file; returns the patient."""
    answers = ("--allergy", "procaine:rash", "--bleeding", "none")
    about = ("--mrn", "X 9", "--sex", "male", "--weight", "80", "--phone", "01632 960111", "--email", "j@example.org")
    who = str(clinic.ok("patient", "add", "Müller, Jörg", "1960-05-05", *answers, *about, "--json").json["patient"])
    for kind in ("diabetes", "needle-phobia", "pregnancy"):
        clinic.ok("patient", "alert", who, "add", kind, "as told")
    clinic.ok("patient", "alert", who, "end", "pregnancy")
    sessions = [clinic.inject(who, items, "--on", day, *more) for day, items, *more in SESSIONS]
    clinic.ok("session", "void", sessions[1], "--reason", "another patient", "--yes")
    clinic.ok("outcome", who, "2", "--relief", "70", "--yes")
    clinic.ok(
        "adverse", "add", who, "infection:red at the site", "--action", "antibiotic", "--outcome", "gone in a week"
    )
    clinic.ok("book", who, "2027-02-23 09:00", "--for", "30min", "--yes")
    clinic.ok("call", who, "reached", "--by", "phone")
    clinic.ok("patient", "elsewhere", who, "triam", "40mg", "--on", "2026-05-02", "--site", "ut r")
    _others(clinic)
    return who


def _others(clinic: Clinic) -> None:
    """People about whom something is missing, doubtful or over."""
    clinic.ok("patient", "add", "Mononym", "1980-02-03", "--allergy", "none", "--bleeding", "haemophilia")
    clinic.ok("patient", "add", "Nobody, Ann", "1980-02-03", "--allergy", "lidocaine:hives", "--bleeding", "none")
    cancelled = clinic.ok("book", "2", "2026-12-01 10:00", "--json", "--yes").json["appointment"]
    clinic.ok("appt", "cancel", cancelled, "--reason", "ill")
    clinic.ok("stop", "3", "--reason", "died", "--yes")
    clinic.ok("snooze", "1", "2027-01-01", "--reason", "exams", "--yes")
    clinic.ok("stop", "5", "--reason", "declined", "--yes")
    for name, born in (("Twice, Tom", "1980-02-03"), ("Twice, Thomas", "1980-02-04")):
        clinic.patient(name, born)
    number = len(clinic.ok("patient", "list", "--json").rows)
    clinic.ok("patient", "merge", str(number - 1), str(number), "--yes")
