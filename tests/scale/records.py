"""The records of made-up patients: what the acts of some years would have left in the tables, entry and salt included.

A batch of patients is one entry of the log. The rows are made without the store, so that processes can share the work.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from tests.scale import people
from tests.scale.people import Person, Syringe
from tpi_cli.rules import identity, interval

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table, as columns by name."""
BATCH = 1_000
"""Patients an entry of the log is about."""
STRIDE = 40
"""Numbers of sessions, and of appointments, that are set aside for each patient: nobody has more."""
SITES_A_SESSION = 2.5
RECENT = 120
"""Days after which somebody who did not come back has been asked: most are off the list by then."""
EPOCH_MS = 1_700_000_000_000
SLOTS = ("09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30")


class House(NamedTuple):
    """The clinic's UUID, its clinicians' UUIDs and codes, its day, and for how many years it is open."""

    clinic: str
    clinicians: tuple[tuple[str, str], ...]
    today: date
    years: int


class Wish(NamedTuple):
    """What is asked for: the seed, injections a patient, and the number of the entry before the first batch's."""

    seed: int
    per: float
    before: int


class Book:
    """Collects a batch's rows; the `number`-th batch (from 0) makes the same ones each time."""

    def __init__(self, wish: Wish, number: int, house: House) -> None:
        self.chance = Random(f"{wish.seed}/{number}")
        self.house = house
        self.entry = wish.before + 1 + number
        self.rows: Rows = {}
        self.last = {"session": number * BATCH * STRIDE, "appointment": number * BATCH * STRIDE}
        self._own = house.clinicians[number % len(house.clinicians)]
        self._slots = number // len(house.clinicians) * BATCH
        self._moment = EPOCH_MS + number * BATCH * 1000
        self._count = 0

    def put(self, table: str, **columns: Any) -> str:
        """A record; returns its UUID, which grows with every record as those of the program do."""
        self._count += 1
        raw = f"{self._moment + self._count // 256:012x}7{self.chance.getrandbits(12):03x}"
        raw += f"{0x8000 | self._count % 256 << 6 | self.chance.getrandbits(6):04x}{self.chance.getrandbits(48):012x}"
        made = f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"
        sealed = {"entry": self.entry, "salt": f"{self.chance.getrandbits(128):032x}"}
        self.rows.setdefault(table, []).append({"id": made, "clinic_id": self.house.clinic, **columns, **sealed})
        return made

    def number(self, kind: str) -> int:
        """The next short number."""
        self.last[kind] += 1
        return self.last[kind]

    def clinician(self) -> str:
        """Who did it: most often whose list the batch is."""
        who = self._own if self.chance.random() < 0.7 else self.chance.choice(self.house.clinicians)
        return who[0]

    def slot(self) -> tuple[str, date, str]:
        """A free time in the coming weeks: a clinician's UUID, the day and the hour; none is given twice."""
        self._slots += 1
        day = self.house.today + timedelta(days=1 + self._slots // len(SLOTS))
        return self._own[0], day, SLOTS[self._slots % len(SLOTS)]


def moment(day: date, hour: int = 10, minute: int = 0) -> str:
    """A stamp of that day."""
    return f"{day}T{hour:02}:{minute:02}:00.000000Z"


BY = "scale"


def written(day: date, minute: int = 0) -> dict[str, str]:
    """Who wrote a record, and when."""
    return {"recorded_at": moment(day, 10, minute), "recorded_by": BY}


def one(book: Book, number: int, per: float) -> None:
    """A patient with everything that happened."""
    chance, house = book.chance, book.house
    who = people.person(chance, house.today)
    first = house.today - timedelta(days=chance.randrange(1, house.years * 365))
    patient = _patient(book, number, who, first)
    where = people.places(chance, chance.choices((1, 2, 3, 4, 5), (18, 30, 27, 16, 9))[0])
    wanted = min(STRIDE - 5, round(chance.expovariate(1) * (per / SITES_A_SESSION) * 1.4 + 0.6))
    visits = list(_visits(chance, first, wanted, house.today))
    sites = [_site(book, patient, at, place, first, visits) for at, place in enumerate(where, 1)]
    for on, follow_up in visits:
        _session(book, patient, sites, on, follow_up)
    if visits:
        _since(book, patient, sites, visits[-1])


def _patient(book: Book, number: int, who: Person, first: date) -> str:
    chance = book.chance
    patient = book.put(
        "patient",
        number=number,
        mrn=f"M{number:07}",
        name=who.name,
        name_key=identity.name_key(who.name),
        born=str(who.born),
        sex=who.sex,
        weight_kg=str(who.weight),
        weight_on=str(first),
        height_cm=str(who.height),
        phone=f"07700 9{chance.randrange(100_000):05}",
        email=f"p{number}@example.org" if chance.random() < 0.6 else None,
        payer=who.payer,
        status=who.status,
        status_on=str(book.house.today) if who.status != "active" else None,
        created_at=moment(first, 9),
        created_by=BY,
    )
    for kind in ("allergy-none", "bleeding-none", people.ALERTS.one(chance)):
        if kind:
            book.put("alert", patient_id=patient, kind=kind, text="as told" if kind == "allergy-other" else None,
                     since=str(first), created_at=moment(first, 9), created_by=BY)  # fmt: skip
    return patient


def _visits(chance: Random, first: date, wanted: int, today: date) -> Iterator[tuple[date, str]]:
    """Days and plans of the sessions, each some days around the day that was planned before."""
    on = first
    for _ in range(wanted):
        while on.weekday() > 4:
            on += timedelta(days=1)
        if on >= today:
            return
        follow_up = str(people.FOLLOW_UPS.one(chance))
        yield on, follow_up
        step = interval.read(follow_up) or interval.Interval(chance.randrange(60, 400), "d")
        on = max(on + timedelta(days=7), interval.after(on, step) + timedelta(days=chance.randrange(-7, 21)))


def _site(
    book: Book, patient: str, number: int, place: tuple[str, str], first: date, visits: list[tuple[date, str]]
) -> str:
    yes = book.chance.random
    return book.put(
        "site",
        patient_id=patient,
        number=number,
        muscle=place[0],
        side=place[1],
        taut_band=int(yes() < 0.9),
        tender_spot=int(yes() < 0.95),
        referred=int(yes() < 0.6),
        recognised=int(yes() < 0.8),
        since=str(first),
        found_on=None if visits else str(first),
        created_at=moment(first),
        created_by=BY,
    )


def _session(book: Book, patient: str, sites: list[str], on: date, follow_up: str) -> None:
    chance = book.chance
    treated = chance.sample(sites, min(len(sites), chance.choices((1, 2, 3, 4), (22, 34, 28, 16))[0]))
    number, clinician = book.number("session"), book.clinician()
    session = book.put(
        "session",
        patient_id=patient,
        clinician_id=clinician,
        number=number,
        on_date=str(on),
        consent=people.CONSENT.one(chance),
        position=people.POSITION.one(chance),
        diagnosis=people.DIAGNOSES.one(chance),
        dose_profile="us-label",
        dose_fraction=f"0.{chance.randrange(1, 60):02}",
        **written(on),
        signed_at=moment(on, 17),
        signed_by=BY,
    )
    syringes = 2 if len(treated) > 2 and chance.random() < 0.15 else 1
    mixtures = [_mixture(book, session, at) for at in range(1, syringes + 1)]
    for ordinal, site in enumerate(treated, 1):
        _injection(book, session, site, ordinal, mixtures[ordinal % syringes])
        said = "stated" if chance.random() < 0.9 else "carried"
        book.put("plan", session_id=session, site_id=site, follow_up=follow_up,
                 origin=said if follow_up != "none" else "stated")  # fmt: skip
    _scores(book, patient, session, on)
    _now_and_then(book, patient, session, clinician, on)


def _mixture(book: Book, session: str, ordinal: int) -> tuple[str, bool]:
    syringe = people.SYRINGES.one(book.chance)
    assert isinstance(syringe, Syringe)
    mixture = book.put("mixture", session_id=session, ordinal=ordinal, sharing="each")
    for place, (agent, strength, unit, volume, mass, mass_unit) in enumerate(syringe.parts, 1):
        book.put("component", mixture_id=mixture, ordinal=place, agent=agent, strength=strength, strength_unit=unit,
                 volume_ml=volume, mass=mass, mass_unit=mass_unit)  # fmt: skip
    return mixture, bool(syringe.parts)


def _injection(book: Book, session: str, site: str, ordinal: int, mixture: tuple[str, bool]) -> None:
    chance = book.chance
    book.put(
        "injection",
        session_id=session,
        site_id=site,
        mixture_id=mixture[0],
        ordinal=ordinal,
        passes=chance.randrange(2, 9) if chance.random() < 0.5 else None,
        volume_ml="1" if mixture[1] else None,
        twitch=int(chance.random() < 0.7),
        needle="25G" if chance.random() < 0.5 else None,
        guidance=people.GUIDANCE.one(chance),
    )


def _scores(book: Book, patient: str, session: str, on: date) -> None:
    """Pain before and after, and in two of three a dated score some weeks later."""
    chance = book.chance
    before = min(10, max(2, round(chance.gauss(7, 1.5))))
    told = [("before", on, before), ("after", on, max(0, before - chance.choice((1, 2, 3, 4, 5))))]
    later = on + timedelta(days=chance.randrange(20, 70))
    if later <= book.house.today and chance.random() < 0.65:
        told.append(("later", later, max(0, before - chance.choice((0, 1, 3, 4, 5, 6)))))
    for minute, (phase, day, pain) in enumerate(told):
        book.put("outcome", patient_id=patient, session_id=session, site_id=None, phase=phase, on_date=str(day),
                 pain=pain, resolved=0, **written(day, minute))  # fmt: skip


def _now_and_then(book: Book, patient: str, session: str, clinician: str, on: date) -> None:
    """What goes with some of the sessions: an appointment, a finding, something that went wrong."""
    chance = book.chance
    if chance.random() < 0.2:
        _appointment(book, patient, clinician, on, chance.choice(SLOTS), session)
    if chance.random() < 0.04:
        book.put("finding", session_id=session, sites=None, ordinal=1, rule="no_response", level="override",
                 text="no outcome score", source="house-rule", revision="scale", reason="seen in person",
                 **written(on))  # fmt: skip
    if chance.random() < 0.02:
        _event(book, patient, session, on)


def _event(book: Book, patient: str, session: str, on: date) -> None:
    """Something that went wrong: the worse kinds want a look a week later, which is done where that is long past."""
    kind = people.EVENTS.one(book.chance)
    look = str(on + timedelta(days=7)) if kind in {"haematoma", "infection"} else None
    done = look if on < book.house.today - timedelta(days=30) else None
    book.put("adverse_event", patient_id=patient, session_id=session, number=book.last["session"], type=kind,
             on_date=str(on), follow_up_on=look, closed_on=done, closed_at=moment(on, 18) if done else None,
             closed_by=BY if done else None, **written(on))  # fmt: skip


def _appointment(book: Book, patient: str, clinician: str, on: date, wall: str, session: str | None) -> None:
    """One that was booked a week before, and kept where there is a session."""
    booked = min(on - timedelta(days=7), book.house.today - timedelta(days=1))
    hour, minute = int(wall[:2]), int(wall[3:])
    ends = minute + 25
    times = {"was_on": str(on), "was_wall": wall, "minutes": 25, "clinician_id": clinician}
    appointment = book.put(
        "appointment",
        number=book.number("appointment"),
        patient_id=patient,
        clinician_id=clinician,
        on_date=str(on),
        wall=wall,
        starts_at=moment(on, hour, minute),
        ends_at=moment(on, hour, ends) if ends < 60 else moment(on, hour + 1, ends - 60),
        minutes=25,
        status="done" if session else "booked",
        session_id=session,
        sequence=0,
        **written(booked),
        changed_at=moment(on if session else booked, 12),
    )
    acts = (("book", booked), ("done", on)) if session else (("book", booked),)
    for act, day in acts:
        book.put("appointment_act", appointment_id=appointment, act=act, on_date=str(day), **times, **written(day, 30))


def _since(book: Book, patient: str, sites: list[str], last: tuple[date, str]) -> None:
    """What became of the recall after the last session: who is long past it was called, and is off the list mostly."""
    step = interval.read(last[1])
    if step is None:
        return
    due = interval.after(last[0], step)
    late = (book.house.today - due).days
    if late < -14:
        return
    weights = (58, 16, 8, 8, 10, 0, 0) if late < RECENT else (9, 0, 1, 3, 14, 60, 13)
    fate = book.chance.choices((_nothing, _booked, _snoozed, _called, _stopped, _resolved, _given_up), weights)[0]
    fate(book, patient, min(max(last[0], due), book.house.today - timedelta(days=1)))


def _nothing(book: Book, patient: str, on: date) -> None:
    """Nobody did anything yet."""


def _booked(book: Book, patient: str, on: date) -> None:
    clinician, day, wall = book.slot()
    _appointment(book, patient, clinician, day, wall, None)


def _hold(book: Book, patient: str, on: date, act: str, reason: str | None = None, until: date | None = None) -> None:
    book.put("hold", patient_id=patient, site_id=None, act=act, reason=reason, until=str(until) if until else None,
             on_date=str(on), **written(on))  # fmt: skip


def _snoozed(book: Book, patient: str, on: date) -> None:
    _hold(book, patient, on, "snooze", until=book.house.today + timedelta(days=book.chance.randrange(1, 90)))


def _resolved(book: Book, patient: str, on: date) -> None:
    _hold(book, patient, on, "resolve")


def _stopped(book: Book, patient: str, on: date) -> None:
    _hold(book, patient, on, "stop", reason=book.chance.choice(("declined", "moved", "other")))


def _called(book: Book, patient: str, on: date) -> None:
    _call(book, patient, on, "message", "phone", on + timedelta(days=7))


def _given_up(book: Book, patient: str, on: date) -> None:
    for back, channel in ((2, "phone"), (1, "phone"), (0, "sms")):
        _call(book, patient, on - timedelta(days=back), "no-answer", channel, on - timedelta(days=back - 1))


def _call(book: Book, patient: str, on: date, result: str, channel: str, until: date) -> None:
    book.put("contact", patient_id=patient, result=result, channel=channel, on_date=str(on), snoozed_until=str(until),
             **written(on))  # fmt: skip
