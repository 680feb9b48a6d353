"""`tpi export fhir --redact`: a word of its own in every free text of every record, and none of them goes out."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.exchange.fhir_out import busy
from tests.store.places import fill, place
from tpi_cli.store import connect
from tpi_cli.store.read.records import TABLES

NO_TEXT = {
    *("id", "salt", "merged_into", "patient_id", "clinic_id", "site_id", "session_id", "mixture_id", "clinician_id"),
    *("appointment_id", "row_key", "knowledge", "namespace", "zone", "wall", "was_wall", "starts_at", "ends_at"),
    *("weight_kg", "height_cm", "dose_fraction", "mass", "strength", "volume_ml", "relief_pct", "min_relief_pct"),
    *("recorded_at", "created_at", "changed_at", "ended_at", "closed_at", "voided_at", "amended_at", "signed_at"),
    *("set_at", "sites", "strengths", "follow_up", "min_interval", "value", "key"),
}
"""Columns of a form of their own: ids, moments, quantities, settings."""
ONE_OF = {
    *("sex", "status", "kind", "unit", "role", "cap_scope", "interval_scope", "result", "channel", "consent"),
    *("position", "muscle", "side", "type", "mass_unit", "level", "act", "sharing", "phase", "origin"),
    *("strength_unit", "guidance", "rule", "dose_profile", "revision", "source"),
}
"""Columns of one word of a list of ours."""
STAYS = {
    *(("session", "diagnosis"), ("component", "lot"), ("injection", "needle"), ("clinician", "code")),
    *(("agent", "agent"), ("agent", "name"), ("component", "agent"), ("elsewhere", "agent"), ("clinic", "name")),
    *(("hold", "reason"), ("rule_setting", "name"), ("payer_rule", "payer"), ("plan", "reason")),
}
"""What goes out as it is, or is no word of anybody's: an ICD-10 code, lots, needles, drugs, the clinic."""


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> tuple[Clinic, dict[str, str]]:
    """A clinic with a word of its own in every free text of every record, and where each stands."""
    clinic = Clinic(tmp_path_factory.mktemp("spoken"))
    shutil.copytree(_template, clinic.home, dirs_exist_ok=True)
    busy(clinic)
    fill(clinic)
    clinic.ok("patient", "elsewhere", "3", "triam", "10mg", "--on", "2026-10-02")
    clinic.ok("patient", "elsewhere", "3", "triam", "10mg", "--on", "2026-10-02", "--void", "wrong")
    session = clinic.inject("3", "is r lido 1% 1ml", "--on", "2026-11-20")
    clinic.ok("session", "amend", session, "--dx", "M79.18", "--reason", "late", "--yes")
    clinic.ok("sign", session, "--yes")
    clinic.ok("adverse", "close", "1", "1", "--outcome", "gone")
    clinic.ok("patient", "alert", "1", "end", "diabetes")
    clinic.ok("patient", "edit", "1", "--phone", "0161 555 7778", "--reason", "moved", "--yes")
    clinic.ok("patient", "merge", "1", "2", "--yes")
    with closing(connect.open_store(place(clinic))) as store:
        return clinic, {word: where for table in TABLES for word, where in _said(store, table)}


def _said(store: object, table: str) -> list[tuple[str, str]]:
    """Put a word into every free text of a table."""
    run = store.execute  # type: ignore[attr-defined]
    named = [row[1] for row in run(f"PRAGMA table_info({table})").fetchall() if "CHAR" in row[2]]
    free = [one for one in named if one not in NO_TEXT | ONE_OF and (table, one) not in STAYS]
    out = []
    for column in free:
        word = f"Zq{table}{column}".replace("_", "").lower()
        spoken = f"'{word}' || rowid" if column in {"mrn", "source_id", "account"} else f"'{word}'"
        only = f" WHERE {column} IS NOT NULL" if column.endswith("_by") or "void" in column else ""
        assert run(f"UPDATE {table} SET {column} = {spoken}{only}").rowcount, (table, column)
        out.append((word, f"{table}.{column}"))
    return out


def everything(clinic: Clinic, folder: Path, *words: str) -> str:
    """All that an export says, in each of its shapes, and on stderr."""
    told = clinic.ok("export", "fhir", *words)
    clinic.ok("export", "fhir", *words, "--ndjson", f"{folder}/lines")
    clinic.ok("export", "fhir", *words, "--bundle", "transaction", "-o", f"{folder}/sent/")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "manifest.json" for path in files)
    since = clinic.ok("export", "fhir", *words, "--since", "2020-01-01")
    said = [told.out, told.err, since.out, *(path.read_text(encoding="utf-8") for path in files)]
    return "".join(said).lower()


@pytest.mark.parametrize("redact", ["names", "all"])
def test_no_free_text_goes_out(spoken: tuple[Clinic, dict[str, str]], tmp_path: Path, redact: str) -> None:
    clinic, words = spoken
    text = everything(clinic, tmp_path, "--redact", redact)
    told = {where for word, where in words.items() if word in text}
    assert told == ({"clinician.name"} if redact == "names" else set())
    assert "pt-0001" in text


def test_the_words_are_there_to_be_kept_back(spoken: tuple[Clinic, dict[str, str]]) -> None:
    """Whole, the same export has all of them but what is the store's own."""
    clinic, words = spoken
    text = clinic.ok("export", "fhir").out.lower()
    missing = {where for word, where in words.items() if word not in text}
    assert missing == {"clinician.account", "clinician.created_by"}
    for table in ("patient", "alert", "site", "session", "injection", "outcome", "adverse_event", "hold", "contact",
                  "appointment", "elsewhere", "clinician"):  # fmt: skip
        assert any(where.startswith(f"{table}.") for where in words.values()), table
