"""What another system's entries are taken for here."""

import pytest

from tpi_cli.reference import alerts
from tpi_cli.reference.imported import LASTING, alerts_of, table

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"

WORDS = """
allergy    | Aspirin                                        | allergy-nsaid
allergy    | Lidocaine / EPINEPHrine                        | allergy-amide allergy-sulfite
allergy    | Lidocaine (substance)                          | allergy-amide
allergy    | Allergy to peanuts                             | allergy-other
allergy    | Grass pollen (substance)                       | allergy-other
allergy    | Sulfamethoxazole / Trimethoprim                | allergy-other
allergy    | No known allergies                             | allergy-none
allergy    | No known drug allergy (situation)              |
allergy    | NKDA                                           |
allergy    | No known drug allergies, peanuts               | allergy-other
allergy    | No known food allergy (situation)              |
allergy    |                                                |
condition  | Diabetes                                       | diabetes
condition  | Neuropathy due to type 2 diabetes mellitus (disorder) | diabetes
condition  | Prediabetes                                    |
condition  | Pulmonary emphysema (disorder)                 | copd
condition  | Chronic obstructive pulmonary disease          | copd
condition  | Childhood asthma                               | asthma-severe
condition  | Acute bronchitis (disorder)                    |
condition  | Normal pregnancy                               | pregnancy
condition  | Not in labor force (finding)                   |
condition  | Nursing home resident                          |
condition  | Family history of diabetes mellitus            |
condition  | Type 2 diabetes; family history of heart disease | diabetes
condition  | Diabetes (family history of asthma)            | diabetes
condition  | Diabetes with risk of hypoglycaemia            | diabetes
condition  | Heart failure and family history of cancer     | heart-or-liver
condition  | Hemophilia A, at risk of bleeding              | bleeding-disorder
condition  | Hemophilia carrier at risk                     | bleeding-disorder
condition  | History of pregnancy                           |
condition  | History of deep vein thrombosis                | red-flag
condition  | Screening for malignant neoplasm of colon      |
condition  | Haemophilia A, on warfarin                     | bleeding-disorder anticoagulant
condition  | Immune thrombocytopenia (ITP)                  | bleeding-disorder
condition  | Myasthenia gravis                              | neuromuscular
condition  | Coronary Heart Disease                         | heart-or-liver
condition  | Non-small cell carcinoma of lung               | red-flag
condition  | Infection of big toe                           |
condition  | Viral sinusitis (disorder)                     |
condition  | Anemia (disorder)                              |
medication | Warfarin Sodium 5 MG Oral Tablet               | anticoagulant
medication | 0.4 ML Enoxaparin sodium 100 MG/ML Prefilled Syringe | anticoagulant
medication | Clopidogrel 75 MG Oral Tablet                  | anticoagulant
medication | Aspirin 81 MG Oral Tablet                      | anticoagulant
medication | heparin lock flush 10 UNT/ML                   |
medication | Heparin flush                                  |
medication | Cilostazol 100 MG Oral Tablet                  | anticoagulant
medication | vorapaxar 2.08 MG                              | anticoagulant
medication | Ticlopidine 250 MG                             | anticoagulant
medication | bivalirudin 250 MG Injection                   | anticoagulant
medication | argatroban 1 MG/ML                             | anticoagulant
medication | Simvastatin 20 MG Oral Tablet                  |
medication | 24 HR Metformin hydrochloride 500 MG           |
"""


@pytest.mark.parametrize("line", WORDS.strip().splitlines(), ids=lambda line: line[:50].strip())
def test_by_words(line: str) -> None:
    what, text, kinds = (cell.strip() for cell in line.split("|"))
    assert alerts_of(text, [], what) == tuple(kinds.split())  # type: ignore[arg-type]


CODES = [
    ("allergy", (RXNORM, "1191"), "ASA 81 mg chewable", ("allergy-nsaid",)),
    ("allergy", ("RxNorm", "1191"), "Aspirin", ("allergy-nsaid",)),
    ("allergy", (RXNORM, "6387"), "", ("allergy-amide",)),
    ("allergy", (RXNORM, "6387"), "something with sulfite", ("allergy-amide", "allergy-sulfite")),
    ("allergy", (SNOMED, "716186003"), "nothing that she knows of", ("allergy-none",)),
    ("allergy", (SNOMED, "1191"), "Peanut", ("allergy-other",)),
    ("medication", (RXNORM, "11289"), "", ("anticoagulant",)),
    ("medication", (RXNORM, "11289"), "Jantoven", ("anticoagulant",)),
    ("medication", (RXNORM, "6387"), "", ()),
    ("condition", (RXNORM, "11289"), "", ()),
]


@pytest.mark.parametrize(("what", "code", "text", "kinds"), CODES)
def test_by_code(what: str, code: tuple[str, str], text: str, kinds: tuple[str, ...]) -> None:
    """A code holds for what it is listed for, whatever the text; words add to it."""
    assert alerts_of(text, [code], what) == kinds  # type: ignore[arg-type]


def test_every_alert_named_is_a_kind() -> None:
    assert {row.alert for row in table()} - {""} <= set(alerts.all_alerts())
    assert set(LASTING) <= set(alerts.all_alerts())
    assert {kind for row in table() for kind in row.rules_out} - {"all"} <= set(alerts.all_alerts())
    assert all(bool(row.alert) != bool(row.rules_out) for row in table())
    assert all(bool(row.code) != bool(row.words) and bool(row.code) == bool(row.system) for row in table())
