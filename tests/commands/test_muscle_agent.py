"""`tpi muscle` and `tpi agent`: what may be typed, what is known about it, and that nobody has signed it off."""

import pytest

from tests.commands.reading import envelope, everything, rows, talk, words
from tests.conftest import Clinic


@pytest.mark.parametrize("command", ["muscle list", "muscle show ut", "agent list", "agent show lido"])
def test_the_catalogues_need_no_store(home: Clinic, command: str) -> None:
    assert home.ok(*words(command)).out
    assert everything(home) == {}


MUSCLES = """
typed                  | id
ut                     | trapezius_upper
UT                     | trapezius_upper
upper trapezius        | trapezius_upper
trapezius_upper        | trapezius_upper
scm                    | sternocleidomastoid
quadratus lumborum     | quadratus_lumborum
pir                    | piriformis
"""


@pytest.mark.parametrize(("typed", "muscle"), rows(MUSCLES), ids=[row[0] for row in rows(MUSCLES)])
def test_the_names_of_a_muscle(home: Clinic, typed: str, muscle: str) -> None:
    assert envelope(home.ok("muscle", "show", *typed.split(), "--json"), "muscle")["id"] == muscle


def test_a_muscle_tells_its_hazards_its_source_and_that_nobody_signed_it(home: Clinic) -> None:
    lines = home.ok("muscle", "show", "ut").out.splitlines()
    assert lines[0] == "upper trapezius"
    told = {line.split()[0]: line for line in lines[1:]}
    assert {"names", "region", "hazards", "pneumothorax", "codes", "source", "sign-off"} <= set(told)
    assert told["sign-off"].endswith("not signed off")


def test_the_list_of_muscles_by_region(home: Clinic) -> None:
    every = home.ok("muscle", "list", "--json").rows
    neck = home.ok("muscle", "list", "--region", "neck", "--json").rows
    assert 0 < len(neck) < len(every)
    assert {row["region"] for row in neck} == {"neck"}
    assert home.ok("muscle", "list", "--region", "shoulder girdle", "--json").rows
    assert "not signed off" in talk(home.ok("muscle", "list"))[-1]


AGENTS = """
typed              | id
lido               | lidocaine
Xylocaine          | lidocaine
lignocaine         | lidocaine
triamcinolone      | triamcinolone_acetonide
kenalog            | triamcinolone_acetonide
botox              | onabotulinumtoxin_a
dry                | dry_needling
"""


@pytest.mark.parametrize(("typed", "agent"), rows(AGENTS), ids=[row[0] for row in rows(AGENTS)])
def test_the_names_of_an_agent(home: Clinic, typed: str, agent: str) -> None:
    assert envelope(home.ok("agent", "show", typed, "--json"), "agent")["agent"] == agent


def test_an_agent_tells_its_strengths_its_source_and_that_nobody_signed_it(home: Clinic) -> None:
    text = home.ok("agent", "show", "lido").out
    for part in ("lidocaine\n", "0.5%, 1%, 2%", "RxNorm 6387", "source", "not signed off"):
        assert part in text, part


STOCK = """
said                                | agent     | strengths
lidocaine 1%                        | lidocaine | 1%
lido 1% 0.5%                        | lidocaine | 1%, 0.5%
lidocaine 1% 1.0%                   | lidocaine | 1%
lidocaine 10mg/ml                   | lidocaine | 10mg/mL
articaine 4% --kind amide           | articaine | 4%
'Local Mix' 2mg/ml --kind other     | local_mix | 2mg/mL
botox 50units/ml                    | onabotulinumtoxin_a | 50units/mL
"""


@pytest.mark.parametrize(("said", "agent", "strengths"), rows(STOCK), ids=[row[0] for row in rows(STOCK)])
def test_what_the_clinic_stocks(clinic: Clinic, said: str, agent: str, strengths: str) -> None:
    answer = clinic.ok("agent", "add", *words(said))
    assert answer.out.splitlines()[0] == f"recorded {agent}: {strengths}"
    found = clinic.ok("agent", "show", agent, "--json").json
    assert ", ".join(found["strengths"]) == strengths
    assert [row["agent"] for row in clinic.ok("agent", "list", "--json").rows].count(agent) == 1


def test_an_agent_unknown_to_the_table_has_no_maximum_and_says_so(clinic: Clinic) -> None:
    assert "check doses yourself" in clinic.ok("agent", "add", "articaine", "4%", "--kind", "amide").out
    assert "check doses" not in clinic.ok("agent", "add", "lidocaine", "1%").out


def test_saying_it_again_replaces_what_was_said(clinic: Clinic) -> None:
    clinic.ok("agent", "add", "lidocaine", "1%")
    found = envelope(clinic.ok("agent", "add", "lidocaine", "2%", "--json"), "agent-add")
    assert (found["agent"], found["today"]) == ("lidocaine", "2026-11-23")
    assert clinic.ok("agent", "show", "lidocaine", "--json").json["strengths"] == ["2%"]


def test_a_dry_run_of_stocking(clinic: Clinic) -> None:
    before = everything(clinic)
    assert clinic.ok("agent", "add", "lidocaine", "1%", "-n").out.startswith("would record lidocaine: 1%")
    assert everything(clinic) == before


def test_what_the_maxima_were_taken_from_survives_stocking(clinic: Clinic) -> None:
    """Stocking one strength narrows the strengths and nothing else."""
    before = clinic.ok("agent", "show", "lidocaine", "--json").json
    clinic.ok("agent", "add", "lidocaine", "1%")
    after = clinic.ok("agent", "show", "lidocaine", "--json").json
    for key in ("max_mg_per_kg_plain", "max_mg_plain", "max_mg_per_kg_epi", "max_mg_epi", "agent_class", "rxnorm"):
        assert (after[key], before[key] is not None) == (before[key], True), key
