"""The muscles: what they are called, and that their codes and hazards are those that were gathered."""

import csv
import os
from pathlib import Path

import pytest

from tpi_cli.reference import agents, muscles, names
from tpi_cli.reference.tables import key, rows

KNOWLEDGE = Path(__file__).parents[3] / "shared" / "knowledge"
SIDES = {"l", "r", "left", "right", "both", "mid"}
GRAMMAR = {"each", "total", "dry", "x", "epi", "none", "mg", "ml", "mcg", "unit", "units", "%"}

CALLED = """
what is typed          | muscle
ut                     | trapezius_upper
UT                     | trapezius_upper
mt                     | trapezius_middle
lt                     | trapezius_lower
ls                     | levator_scapulae
is                     | infraspinatus
ssp                    | supraspinatus
rh                     | rhomboid_major
scm                    | sternocleidomastoid
ql                     | quadratus_lumborum
gm                     | gluteus_medius
gmax                   | gluteus_maximus
gmin                   | gluteus_minimus
pir                    | piriformis
upper trapezius        | trapezius_upper
Upper  Trap            | trapezius_upper
trapezius_upper        | trapezius_upper
trapezius-upper        | trapezius_upper
descending trapezius   | trapezius_upper
Sternocleidomastoid    | sternocleidomastoid
scm sternal            | scm_sternal
SCM sternal division   | scm_sternal
anterior deltoid       | deltoid_anterior
rear deltoid           | deltoid_posterior
quadratus lumborum     | quadratus_lumborum
glute med              | gluteus_medius
Levator Scapulae       | levator_scapulae
peroneus longus        | fibularis_longus
pec minor              | pectoralis_minor
psoas                  | psoas_major
anterior scalene       | scalenus_anterior
scalenus anterior      | scalenus_anterior
lats                   | latissimus_dorsi
tfl                    | tensor_fasciae_latae
trapezius              | trapezius_upper trapezius_middle trapezius_lower
traps                  | trapezius_upper trapezius_middle trapezius_lower
deltoid                | deltoid_anterior deltoid_middle deltoid_posterior
multifidus             | multifidus_cervical multifidus_thoracic multifidus_lumbar
gastrocnemius          | gastrocnemius_medial gastrocnemius_lateral
triceps                | triceps_long triceps_medial triceps_lateral
triceps brachii        | triceps_long triceps_medial triceps_lateral
pectoralis major       | pectoralis_major_clavicular pectoralis_major_sternal
rhomboids              | rhomboid_major rhomboid_minor
scalenes               | scalenus_anterior scalenus_medius scalenus_posterior
biceps                 | biceps_femoris biceps_brachii
uppertrapezius         |
trapezius upper left   |
lidocaine              |
ut l                   |
"""

SAID = {
    "trapezius_upper": "upper trapezius",
    "deltoid_anterior": "anterior deltoid",
    "scm_sternal": "SCM sternal division",
    "levator_scapulae": "levator scapulae",
    "multifidus_lumbar": "lumbar multifidus",
    "gastrocnemius_medial": "medial gastrocnemius",
}

DEEP = {
    "psoas_major",
    "quadratus_lumborum",
    "pectoralis_minor",
    "scalenus_anterior",
    "scalenus_medius",
    "scalenus_posterior",
    "subscapularis",
}

# our column: theirs
SAME = {
    "region": "region",
    "cms_region": "cms_anatomic_region",
    "cpt_key": "cpt_muscle_key",
    "pneumothorax": "pneumothorax_risk",
    "icd10": "icd10_suggestion",
    "uberon": "uberon_id",
    "fma": "fma_id",
    "fma_right": "fma_right",
    "fma_left": "fma_left",
    "sctid": "sctid_from_uberon",
}


def _cases(table: str) -> list[tuple[str, list[str]]]:
    lines = [line.split("|") for line in table.strip().splitlines()[1:]]
    return [(typed.strip(), found.split()) for typed, found in lines]


def whole() -> list[dict[str, str]]:
    """Both tables of ours, joined."""
    notes = {row["muscle"]: row for row in rows("muscle_notes")}
    return [{**row, **notes[row["muscle"]]} for row in rows("muscles")]


def gathered(table: str) -> dict[str, dict[str, str]]:
    """The rows this project was given, by id."""
    path = KNOWLEDGE / f"{table}.csv"
    if not path.exists() and not (KNOWLEDGE.exists() and os.environ.get("CI")):
        pytest.skip(f"NOT COMPARED with what was gathered: {path} is not here")
    with path.open(encoding="utf-8", newline="") as file:
        return {row[f"{table.removesuffix('s')}_id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(("typed", "found"), _cases(CALLED))
def test_a_muscle_answers_to_its_names(typed: str, found: list[str]) -> None:
    assert [one.muscle for one in muscles.by_name(typed)] == found


@pytest.mark.parametrize("muscle", muscles.all_muscles())
def test_id_short_name_and_title_lead_back_to_the_muscle(muscle: str) -> None:
    one = muscles.all_muscles()[muscle]
    for name in (one.muscle, one.short, one.short.lower(), one.title, *one.aliases):
        assert muscles.by_name(name) == (one,)


@pytest.mark.parametrize(("muscle", "said"), SAID.items())
def test_a_title_is_what_a_person_says(muscle: str, said: str) -> None:
    assert names.title(muscle) == said


def test_short_names_are_short_upper_case_and_unique() -> None:
    shorts = [one.short for one in muscles.all_muscles().values()]
    assert len(set(shorts)) == len(shorts)
    assert all(2 <= len(one) <= 6 and one.isascii() and one.isalnum() and one.isupper() for one in shorts)
    assert names.short("trapezius_upper") == "UT"


def test_titles_are_unique_and_hold_nothing_that_parts_words() -> None:
    titles = [one.title for one in muscles.all_muscles().values()]
    assert len({key(one) for one in titles}) == len(titles)
    assert all(one.replace("SCM", "scm").islower() for one in titles)
    assert not any(sign in one for one in titles for sign in ",;|+:()")


def test_a_name_of_its_own_belongs_to_one_muscle_only() -> None:
    owner: dict[str, str] = {}
    for one in muscles.all_muscles().values():
        for name in {key(name) for name in (one.muscle, one.short, one.title, *one.aliases)}:
            assert owner.setdefault(name, one.muscle) == one.muscle, name


def test_a_name_that_several_muscles_share_is_no_alias_of_one() -> None:
    everyone = list(muscles.all_muscles().values())
    names = [key(one.name) for one in everyone]
    shared = {name for name in names if names.count(name) > 1} - {"sternocleidomastoid"}
    shared |= {key(word) for one in everyone for word in one.shared}
    assert {"trapezius", "deltoid", "multifidus", "gastrocnemius", "triceps"} <= shared
    assert not shared & {key(alias) for one in everyone for alias in one.aliases}
    assert all(len(muscles.by_name(word)) > 1 for word in shared)


def test_no_name_holds_a_side_or_a_word_of_the_grammar() -> None:
    for one in muscles.all_muscles().values():
        for name in (one.short, one.title, one.name, *one.aliases, *one.shared):
            assert not set(key(name).split()) & (SIDES | GRAMMAR), name


def test_no_name_is_also_an_agents() -> None:
    for one in muscles.all_muscles().values():
        for name in (one.muscle, one.short, one.title, one.name, *one.aliases, *one.shared):
            assert agents.by_name(name) == (), name


def test_aliases_are_written_in_lower_case() -> None:
    words = [word for one in muscles.all_muscles().values() for word in (*one.aliases, *one.shared)]
    assert all(word == word.lower() for word in words)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("uper trapezius", "upper trapezius (ut)"),
        ("infraspinatis", "infraspinatus (is)"),
        ("mid trap", "middle trapezius (mt)"),
        ("levator scapula", "levator scapulae (ls)"),
        ("trapezus", "upper trapezius (ut)"),
        ("piriformes", "piriformis (pir)"),
        ("gluteus medus", "gluteus medius (gm)"),
    ],
)
def test_a_misspelt_muscle_is_offered_and_never_taken(typed: str, offered: str) -> None:
    if typed != "levator scapula":
        assert muscles.by_name(typed) == ()
    assert offered in muscles.similar(typed)
    assert len(muscles.similar(typed)) <= muscles.SUGGESTIONS


def test_nothing_is_offered_for_a_word_like_no_muscle() -> None:
    assert muscles.similar("xyzzy") == ()


def test_a_muscle_of_another_release_is_shown_as_it_is_stored() -> None:
    assert names.short("tongue") == names.title("tongue") == "tongue"


def test_the_sites_that_cannot_be_compressed() -> None:
    assert {one.muscle for one in muscles.all_muscles().values() if one.deep} == DEEP


def test_every_muscle_is_paired() -> None:
    assert {one.side_rule for one in muscles.all_muscles().values()} == {"paired"}


def test_muscles_count_for_billing_by_the_whole_muscle() -> None:
    keys = {one.cpt_key for one in muscles.all_muscles().values()}
    assert len(keys) == 76
    parts = ("trapezius_upper", "trapezius_middle", "trapezius_lower")
    assert {muscles.all_muscles()[part].cpt_key for part in parts} == {"trapezius"}


def test_grades_of_pneumothorax() -> None:
    grades = [one.pneumothorax for one in muscles.all_muscles().values() if one.muscle != "sternocleidomastoid"]
    assert set(grades) == {"none", "low", "moderate", "high"}
    assert grades.count("high") == 14


def test_the_undivided_sternocleidomastoid_carries_the_hazards_of_both_divisions() -> None:
    both = muscles.all_muscles()
    whole, sternal, clavicular = (both[m] for m in ("sternocleidomastoid", "scm_sternal", "scm_clavicular"))
    for hazard in (
        "Carotid artery",
        "both jugular veins",
        "accessory nerve",
        "the lung's apex",
        "collarbone",
    ):
        assert hazard in whole.hazards
        assert hazard in sternal.hazards + clavicular.hazards
    assert whole.pneumothorax == sternal.pneumothorax == clavicular.pneumothorax == "moderate"
    assert whole.cpt_key == sternal.cpt_key == clavicular.cpt_key
    assert "Derived" in whole.note


def test_codes_and_grades_are_those_gathered() -> None:
    theirs = gathered("muscles")
    ours = {row["muscle"]: row for row in whole()}
    assert set(ours) - set(theirs) == {"sternocleidomastoid"}
    assert not set(theirs) - set(ours)
    for muscle, row in theirs.items():
        for column, their in SAME.items():
            expected = "" if (muscle, column) == ("biceps_brachii", "sctid") else row[their]
            assert ours[muscle][column] == expected, (muscle, column)


def test_what_is_unsourced_there_is_unsourced_here() -> None:
    theirs = gathered("muscles")
    for muscle, row in theirs.items():
        named = muscles.all_muscles()[muscle].source.split("|")
        assert "ts-tradition" in named
        assert ("uberon" in named) == ("UBERON" in row["id_confidence"])
        assert ("bodyparts3d" in named) == ("BodyParts3D" in row["id_confidence"])
        assert ("from-memory" in named) == (row["id_confidence"] == "needs_check")


def test_every_sentence_is_in_our_own_words() -> None:
    theirs = {cell for row in gathered("muscles").values() for cell in row.values() if len(cell) > 25}
    text = ("part", "points", "referral", "hazards", "position", "note")
    assert not [row[column] for row in whole() for column in text if row[column] in theirs]


def test_every_muscle_has_words_for_referral_hazards_and_position() -> None:
    for one in muscles.all_muscles().values():
        assert one.referral
        assert one.hazards
        assert one.position
        assert one.points
