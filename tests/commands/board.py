"""A clinic of one line a patient, to ask the list about.

`board(clinic, "Ann | 2026-08-23 | 3mo")` makes PT-0001 Ann, treated on that day (upper trapezius L, lidocaine 1 %,
1 mL) with that follow-up. The tests' today is Monday 2026-11-23.
"""

from tests.commands.reading import rows
from tests.conftest import Clinic

PATIENTS = "mrn,name,born,phone,payer,alerts,status\n"
INJECTIONS = "mrn,date,clinician,muscle,side,agent,strength,volume_ml,pain_before,pain_after,follow_up,source_id\n"
HOLDS = {
    "snoozed": "snooze {} 2027-01-04 --reason exams",
    "declined": "stop {} --reason declined",
    "stopped": "stop {} --reason moved",
    "resolved": "stop {} --reason resolved",
    "archived": "patient archive {}",
    "deceased": "stop {} --reason died --yes",
}


def board(clinic: Clinic, table: str) -> Clinic:
    """Rows of name | last session | follow-up | held as | site | agent | clinician | payer; the last five may lack."""
    people, shots, holds = PATIENTS, INJECTIONS, []
    for number, row in enumerate(rows("header\n" + table), 1):
        name, on, follow_up, held, site, agent, clinician, payer = (*row, *[""] * (8 - len(row)))
        muscle, side = (site or "ut l").split()
        dose = {"": "lidocaine,1%,1", "dry": "dry_needling,,"}.get(agent, f"{agent},40mg/mL,0.5")
        people += f"M{number},{name},197{number % 10}-01-0{number % 9 + 1},0161 496 0{number:03},{payer},,\n"
        if on:
            shots += f"M{number},{on},{clinician or 'AM'},{muscle},{side},{dose},7,3,{follow_up},R{number}\n"
        if held:
            holds.append(HOLDS[held].format(number).split())
    clinic.ok("import", clinic.file("patients.csv", people), clinic.file("injections.csv", shots))
    for hold in holds:
        clinic.ok(*hold)
    return clinic
