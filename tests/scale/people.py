"""Who comes to a pain clinic and what is done there: how often, drawn from a seeded generator of chance.

Shares are of the house's making, after the order of size that trials and audits of such clinics tell: more women than
men, the fifties most often, the upper trapezius before every other muscle, local anaesthetic before steroid.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

_GIVEN = (
    "Aaliyah Abigail Adam Ahmed Aisha Alan Alejandro Alice Amelia Amina Andrew Angela Anita Anna Anthony Arjun "
    "Astrid Barbara Beatrice Benjamin Björn Brenda Brian Carlos Carmen Catherine Charles Chidi Chloe Christine "
    "Claire Daniel David Deborah Diana Dmitri Dorothy Edward Elena Elif Elizabeth Emily Emma Eric Esther Fatima "
    "Fiona Frank George Grace Hannah Harold Hassan Helen Henry Hiroshi Ian Ingrid Isabel Ivan Jack Jacob James "
    "Jane Jean Jennifer Jiho Joan John José Joseph Joyce Judith Julia Karen Kenji Kwame Laura Lars Leila Linda "
    "Liu Lucía Luis Magnus Margaret Maria Marie Mark Martha Mary Matthew Mei Michael Mohamed Nadia Nancy "
    "Natalia Ngozi Nicole Noah Olga Oliver Olivia Omar Patricia Paul Pedro Peter Priya Rachel Rajesh Ravi "
    "Rebecca Richard Robert Rosa Ruth Samir Samuel Sandra Sara Sean Sofia Søren Stephen Sunita Susan Takeshi "
    "Tariq Theresa Thomas Ursula Valentina Victor Walter Wei William Xiu Yasmin Yuki Zainab Zoë"
)
_FAMILY = (
    "Abbott Adeyemi Ahmed Ali Allen Álvarez Anderson Andersen Bailey Baker Banerjee Begum Bell Bennett Bianchi "
    "Brown Campbell Carter Chan Chen Choi Clark Collins Cooper Costa Cox Davies Díaz Dubois Edwards Eriksson "
    "Evans Fernández Ferrari Fischer Foster García Gonzales Gray Green Gupta Haddad Hall Hansen Harris "
    "Hernández Hill Hoffmann Hughes Hussain Ito Ivanova Jackson Jensen Johansson Johnson Jones Kang Kaur Khan "
    "Kim King Kowalski Kumar Larsen Lee Lewis Li Lindberg Lopez Martin Martínez Mason Mbeki Mehta Meyer Miller "
    "Mitchell Moore Morgan Morris Müller Murphy Nakamura Nguyen Nielsen Novak O'Brien Okafor Oliveira Olsen "
    "Osei Park Parker Patel Pereira Perez Petrov Pham Phillips Popescu Reid Ricci Roberts Robinson Rodríguez "
    "Rossi Ryan Sánchez Sato Schmidt Schneider Scott Shah Sharma Silva Singh Smith Sokolov Stewart Suzuki "
    "Svensson Tanaka Taylor Thomas Thompson Torres Tran Turner Van-Dijk Wagner Walker Wang Ward Watson White "
    "Williams Wilson Wong Wood Wright Wu Yamamoto Yang Yilmaz Young Zhang Zimmermann"
)
GIVEN, FAMILY = _GIVEN.split(), _FAMILY.split()


class Choice(NamedTuple):
    """Values and how often each is drawn."""

    values: Sequence[object]
    weights: Sequence[float]

    def one(self, chance: Random) -> object:
        """A value."""
        return chance.choices(self.values, cum_weights=self.weights)[0]


def weighted(**weights: float) -> Choice:
    """A choice of words by their weights; `nothing` stands for nothing."""
    values = [None if name == "nothing" else name for name in weights]
    return Choice(values, list(accumulate(weights.values())))


SEXES = weighted(female=62, male=36, other=1, unknown=1)
STATUSES = weighted(active=93, archived=5, deceased=2)
PAYERS_OLD = weighted(medicare_mac=55, medicare_first_coast=10, medicare_novitas=10, medicare_wps=10, nothing=15)
PAYERS = weighted(evicore=18, bcbs_ma=17, aetna=15, cigna=12, mp739=3, self_pay=15, nothing=20)
MEDICARE_AGE = 65
MUSCLES = weighted(
    trapezius_upper=24, levator_scapulae=12, infraspinatus=8, rhomboid_major=5, quadratus_lumborum=7, gluteus_medius=6,
    gluteus_minimus=4, piriformis=5, splenius_capitis=4, semispinalis_capitis=3, sternocleidomastoid=3, masseter=3,
    temporalis=3, supraspinatus=3, trapezius_middle=3, trapezius_lower=2, iliocostalis_lumborum=3, multifidus_lumbar=3,
    longissimus_thoracis=2, latissimus_dorsi=2, pectoralis_minor=1.5, scalenus_medius=1.5, teres_minor=1,
    deltoid_middle=1, gluteus_maximus=2, tensor_fasciae_latae=1,
    vastus_lateralis=1, gastrocnemius_medial=1.5, soleus=1, subscapularis=1,
)  # fmt: skip
SIDES = weighted(R=55, L=45)
FOLLOW_UPS = weighted(**{"6w": 18, "8w": 14, "2mo": 8, "3mo": 34, "4mo": 8, "6mo": 10, "1y": 4, "none": 4})
GUIDANCE = weighted(palpation=80, ultrasound=18, emg=2)
CONSENT = weighted(written=75, verbal=25)
POSITION = weighted(prone=50, sitting=30, side=12, supine=8)
DIAGNOSES = weighted(**{"M79.18": 55, "M79.12": 25, "M79.10": 10, "nothing": 10})
ALERTS = weighted(**{
    "nothing": 78, "anticoagulant": 5, "diabetes": 6, "allergy-other": 3, "heart-or-liver": 3, "needle-phobia": 1,
    "vasovagal": 1, "allergy-amide": 1, "pregnancy": 1, "bleeding-disorder": 1,
})  # fmt: skip
EVENTS = weighted(soreness=70, haematoma=20, vasovagal=9, infection=1)


class Syringe(NamedTuple):
    """What is drawn up: agents as (agent, strength, unit, mL, mass, mass unit); none is a dry needle."""

    parts: tuple[tuple[str, str | None, str | None, str | None, str, str], ...] = ()


def _wet(agent: str, percent: str, volume: str, mg: str) -> tuple[str, str, str, str, str, str]:
    return (agent, percent, "%", volume, mg, "mg")


_STEROID = ("triamcinolone_acetonide", "40", "mg/mL", "0.25", "10", "mg")
SYRINGES = Choice(
    (
        Syringe((_wet("lidocaine", "1", "1", "10"),)),
        Syringe((_wet("lidocaine", "1", "2", "20"),)),
        Syringe((_wet("bupivacaine", "0.25", "1", "2.5"),)),
        Syringe((_wet("ropivacaine", "0.2", "1", "2"),)),
        Syringe((_wet("lidocaine", "1", "1", "10"), _wet("bupivacaine", "0.25", "1", "2.5"))),
        Syringe((_wet("lidocaine", "1", "1", "10"), _STEROID)),
        Syringe((_wet("normal_saline", "0.9", "1", "9"),)),
        Syringe((("onabotulinumtoxin_a", "50", "units/mL", "0.5", "25", "units"),)),
        Syringe(),
    ),
    list(accumulate((45, 12, 8, 6, 6, 7, 3, 3, 10))),
)


class Person(NamedTuple):
    """A person as the first visit writes one down; weight in kg, height in cm."""

    name: str
    born: date
    sex: str
    payer: str | None
    status: str
    weight: int
    height: int


def person(chance: Random, today: date) -> Person:
    """Somebody between 18 and 96."""
    age = min(95.0, max(18.0, chance.gauss(53, 16)))
    sex = str(SEXES.one(chance))
    tall = chance.gauss(177 if sex == "male" else 164, 7)
    payer = (PAYERS_OLD if age >= MEDICARE_AGE else PAYERS).one(chance)
    middle = f" {chance.choice('ABCDEFGHJKLMNPRSTW')}." if chance.random() < 0.3 else ""
    return Person(
        f"{chance.choice(FAMILY)}, {chance.choice(GIVEN)}{middle}",
        today - timedelta(days=int(age * 365.25) + chance.randrange(365)),
        sex,
        None if payer is None else str(payer),
        str(STATUSES.one(chance)),
        int(min(180, max(42, chance.gauss(80, 17)))),
        int(tall),
    )


def places(chance: Random, wanted: int) -> list[tuple[str, str]]:
    """So many different trigger points, muscle and side."""
    found: dict[tuple[str, str], None] = {}
    while len(found) < wanted:
        found[str(MUSCLES.one(chance)), str(SIDES.one(chance))] = None
    return list(found)
