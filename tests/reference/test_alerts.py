"""Alerts and adverse events: what free text is told to be, and what the list shows for it."""

import pytest

from tpi_cli.reference import adverse, agents, alerts, names
from tpi_cli.reference.tables import key

ALLERGIES = """
what the patient says             | kind
lidocaine                         | allergy-amide
Lignocaine                        | allergy-amide
xylocaine                         | allergy-amide
bupivacaine                       | allergy-amide
procaine                          | allergy-ester
Novocain                          | allergy-ester
chloroprocaine                    | allergy-ester
PABA                              | allergy-ester
methylparaben                     | allergy-paraben
sulfites                          | allergy-sulfite
sodium metabisulphite             | allergy-sulfite
sulfa drugs                       | allergy-other
local anesthetic                  | allergy-local-anaesthetic
a local anaesthetic at the dentist | allergy-local-anaesthetic
proparacaine                      | allergy-local-anaesthetic
local anaesthetic (procaine)      | allergy-ester
cortisone                         | allergy-steroid
Kenalog                           | allergy-steroid
depo-medrol                       | allergy-steroid
benzyl alcohol                    | allergy-steroid
aspirin                           | allergy-nsaid
ASPIRIN, ibuprofen                | allergy-nsaid
Toradol                           | allergy-nsaid
penicillin                        | allergy-other
latex                             | allergy-other
polyester                         | allergy-other
nasal tape                        | allergy-other
unknown                           | allergy-other
none                              | allergy-none
None.                             | allergy-none
NKDA                              | allergy-none
no known allergies                | allergy-none
none to latex, lidocaine yes      | allergy-amide
lidocaine and aspirin             | allergy-amide allergy-nsaid
lidocaine with epinephrine        | allergy-amide allergy-sulfite
"""

BLEEDING = """
what the patient says             | kind
on warfarin                       | anticoagulant
apixaban 5 mg                     | anticoagulant
Eliquis                           | anticoagulant
aspirin 81                        | anticoagulant
blood thinner                     | anticoagulant
dual antiplatelet therapy         | anticoagulant
haemophilia                       | bleeding-disorder
hemophilia A                      | bleeding-disorder
von Willebrand                    | bleeding-disorder
von-Willebrand disease            | bleeding-disorder
low platelets                     | bleeding-disorder
bruises easily                    | bleeding-disorder
unknown                           | bleeding-disorder
haemophilia, takes aspirin        | bleeding-disorder anticoagulant
none                              | bleeding-none
No                                | bleeding-none
none, but on heparin              | anticoagulant
"""

KINDS = """
allergy-amide allergy-ester allergy-paraben allergy-sulfite allergy-local-anaesthetic allergy-steroid
allergy-nsaid allergy-other allergy-none bleeding-disorder anticoagulant bleeding-none infection
infection-local trauma red-flag asthma-severe pregnancy breastfeeding diabetes heart-or-liver copd
methaemoglobinaemia vasovagal needle-phobia neuromuscular
"""

ANTICOAGULANTS = """
aspirin warfarin apixaban rivaroxaban dabigatran edoxaban clopidogrel prasugrel ticagrelor heparin
"""

EVENTS = """
soreness haematoma vasovagal infection pneumothorax nerve-injury last allergy anaphylaxis hyperglycaemia
skin-atrophy depigmentation needle-breakage intravascular intrathecal numbness weakness compartment-syndrome
other
"""


def _table(text: str) -> list[tuple[str, list[str]]]:
    lines = [line.split("|") for line in text.strip().splitlines()[1:]]
    return [(said.strip(), kinds.split()) for said, kinds in lines]


@pytest.mark.parametrize(("said", "kinds"), _table(ALLERGIES))
def test_what_an_allergy_is_told_to_be(said: str, kinds: list[str]) -> None:
    assert list(alerts.kinds_of_allergy(said)) == kinds


@pytest.mark.parametrize(("said", "kinds"), _table(BLEEDING))
def test_what_an_answer_on_bleeding_is_told_to_be(said: str, kinds: list[str]) -> None:
    assert list(alerts.kinds_of_bleeding(said)) == kinds


def test_the_kinds_of_alert() -> None:
    assert list(alerts.all_alerts()) == KINDS.split()


@pytest.mark.parametrize("drug", ANTICOAGULANTS.split())
def test_every_anticoagulant_on_the_screening_list_is_told(drug: str) -> None:
    assert alerts.kinds_of_bleeding(f"takes {drug.capitalize()}")[0] == "anticoagulant"


@pytest.mark.parametrize("agent", [one for one in agents.all_agents().values() if one.kind])
def test_every_local_anaesthetic_is_told_by_all_its_names(agent: agents.Agent) -> None:
    for name in (agent.name, *agent.aliases):
        assert alerts.kinds_of_allergy(name)[0] == f"allergy-{agent.kind}", name


@pytest.mark.parametrize("agent", [one for one in agents.all_agents().values() if one.mpa_factor])
def test_every_steroid_is_told_to_be_one(agent: agents.Agent) -> None:
    assert alerts.kinds_of_allergy(agent.name)[0] == "allergy-steroid"


def test_a_word_tells_one_kind_of_allergy_and_is_spelt_as_it_is_compared() -> None:
    owner: dict[str, str] = {}
    for one in alerts.all_alerts().values():
        for match in one.matches:
            assert match == key(match), match
            if one.kind.startswith("allergy-"):
                assert owner.setdefault(match, one.kind) == one.kind, match


def test_flags_are_short_and_shown_once_in_the_order_of_the_table() -> None:
    shown = [one.flag for one in alerts.all_alerts().values() if one.flag]
    assert all(len(flag) <= 12 and flag == flag.upper() and not set(flag) & set(" |,_") for flag in shown)
    assert names.flags(["diabetes", "anticoagulant", "allergy-ester", "allergy-amide"]) == [
        "ALLERGY-LA",
        "ANTICOAG",
        "DIABETES",
    ]


def test_an_answer_of_none_has_no_flag_and_every_other_kind_has_one() -> None:
    without = {one.kind for one in alerts.all_alerts().values() if not one.flag}
    assert without == {"allergy-none", "bleeding-none"}
    assert names.flags(without) == names.flags([]) == []


def test_an_alert_of_another_release_is_not_hidden() -> None:
    assert names.flags(iter(["latex", "diabetes"])) == ["DIABETES", "LATEX"]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("pregnancy", "pregnancy"),
        ("Pregnant", "pregnancy"),
        ("asthma_severe", "asthma-severe"),
        ("bleeding disorder", "bleeding-disorder"),
        ("ALLERGY-AMIDE", "allergy-amide"),
        ("g6pd deficiency", "methaemoglobinaemia"),
        ("fever", "infection"),
        ("infection", "infection"),
        ("infection_local", "infection-local"),
        ("broken skin", "infection-local"),
        ("Cellulitis", "infection-local"),
        ("trauma", "trauma"),
        ("muscle tear", "trauma"),
    ],
)
def test_an_alert_answers_to_its_names(typed: str, kind: str) -> None:
    found = alerts.by_name(typed)
    assert found is not None
    assert found.kind == kind


def test_an_infection_of_the_body_and_one_at_a_site_share_a_flag() -> None:
    assert names.flags(["trauma", "infection-local", "infection"]) == ["INFECTION", "TRAUMA"]


def test_a_word_names_one_kind_at_most() -> None:
    """Of the kinds that go by their words: else the first in the file would win unseen."""
    owner: dict[str, str] = {}
    for one in alerts.all_alerts().values():
        if not one.kind.startswith("allergy-") and one.kind not in alerts.BLEEDING and one.flag:
            for name in {key(one.kind), key(one.words), *one.matches}:
                assert owner.setdefault(name, one.kind) == one.kind, name


@pytest.mark.parametrize("typed", ["aspirin", "lidocaine", "none", "no", ""])
def test_a_drug_or_a_none_is_the_name_of_no_alert(typed: str) -> None:
    assert alerts.by_name(typed) is None


def test_the_types_of_adverse_event() -> None:
    assert list(adverse.all_types()) == EVENTS.split()


@pytest.mark.parametrize(
    ("typed", "event"),
    [
        ("pneumothorax", "pneumothorax"),
        ("Nerve Injury", "nerve-injury"),
        ("hematoma", "haematoma"),
        ("fainted", "vasovagal"),
        ("LAST", "last"),
        ("needle_breakage", "needle-breakage"),
        ("hyperglycemia", "hyperglycaemia"),
    ],
)
def test_an_adverse_event_answers_to_its_names(typed: str, event: str) -> None:
    found = adverse.by_name(typed)
    assert found is not None
    assert found.type == event


def test_a_type_that_is_not_known_is_none_and_no_word_means_two() -> None:
    assert adverse.by_name("headache") is None
    names = [key(n) for one in adverse.all_types().values() for n in {one.type, one.words, *one.aliases}]
    owners = {name: adverse.by_name(name) for name in names}
    for one in adverse.all_types().values():
        assert all(owners[key(name)] == one for name in (one.type, one.words, *one.aliases))
