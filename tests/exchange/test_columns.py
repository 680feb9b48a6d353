"""Whose column is which, and the law that holds it all: a foreign table is the same rows as our own file."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.errors import Usage
from tpi_cli.exchange import kinds
from tpi_cli.exchange import map as maps
from tpi_cli.exchange.columns import Made, Translation, translation
from tpi_cli.exchange.fields import Fault, together
from tpi_cli.reference.headings import all_headings, field, fold


def of(header: list[str], text: str, folder: Path, kind: str | None = None) -> Translation:
    """The translation of a table with that header by a map of that text."""
    path = folder / "clinic.toml"
    path.write_text(text, encoding="utf-8")
    return translation(header, kind, maps.read(str(path)), "sheet.csv")


def made(found: Translation, raw: dict[str, str]) -> Made:
    """What became of a row in which nothing is wrong; its fault is raised."""
    out = found.made(raw)
    if out.wrong:
        raise together(out.wrong)
    return out


def only(found: Translation, **raw: str) -> dict[str, str]:
    """The one row made of a row, without what is empty."""
    ((_, row),) = made(found, raw).rows
    return {name: value for name, value in row.items() if value}


COLUMNS = {kind: [name for name, one in ours.items() if one.csv] for kind, ours in all_headings().items()}
NEEDED = {
    "patients": {"mrn", "name", "born"},
    "injections": {"mrn", "date", "muscle", "side", "agent", "strength", "volume_ml", "follow_up"},
    "outcomes": {"mrn", "date"},
    "appointments": {"mrn", "start"},
    "holds": {"mrn", "act", "date"},
    "calls": {"mrn", "date", "result", "channel"},
}


@pytest.mark.parametrize("kind", kinds.COLUMNS)
def test_the_table_of_headings_has_the_columns_of_our_files(kind: str) -> None:
    ours = all_headings()[kind]
    assert tuple(COLUMNS[kind]) == tuple(kinds.COLUMNS[kind])
    assert {name for name, one in ours.items() if one.needed} == NEEDED[kind]


@pytest.mark.parametrize("kind", all_headings())
def test_a_word_means_one_field(kind: str) -> None:
    words = [fold(word) for one in all_headings()[kind].values() for word in (one.field, *one.words)]
    assert len(set(words)) == len(words)
    assert all(words)


@pytest.mark.parametrize(
    ("kind", "heading", "ours"),
    [
        ("patients", "D.O.B.", "born"),
        ("patients", "Date of Birth", "born"),
        ("patients", "BIRTHDATE", "born"),
        ("patients", "Chart No.", "mrn"),
        ("patients", "Pt Name", "name"),
        ("patients", "Weight (kg)", "weight_kg"),
        ("patients", "Weight", None),
        ("injections", "DOS", "date"),
        ("injections", "date_of_service", "date"),
        ("injections", "Muscle inj.", "muscle"),
        ("injections", "L/R", "side"),
        ("injections", "Volume (mL)", "volume_ml"),
        ("injections", "Follow-up", "follow_up"),
        ("injections", "Rx", None),
        ("outcomes", "Relief %", "relief_pct"),
        ("outcomes", "VAS", None),  # of 10 or of 100
        ("appointments", "Appt Time", "start"),
    ],
)
def test_a_heading_and_what_it_means(kind: str, heading: str, ours: str | None) -> None:
    assert field(kind, heading) == ours


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Chart No,Patient Name,DOB", "patients"),
        ("MRN,DOS,Muscle Injected,L/R,Drug,Conc,Vol,Next", "injections"),
        ("mrn,Visit Date,Pain Score", "outcomes"),
        ("mrn,Appt Time,Duration", "appointments"),
        ("mrn,since,kind,text", "alerts"),
        ("mrn,date,weight_kg", "weights"),
        *((",".join(columns), kind) for kind, columns in COLUMNS.items()),
    ],
)
def test_the_header_tells_the_kind(header: str, kind: str) -> None:
    found = translation(header.split(","), None, None)
    assert (found.kinds, found.missing, found.unknown) == ((kind,), {}, ())


def test_a_header_that_tells_nothing() -> None:
    with pytest.raises(Usage, match="tells neither") as fault:
        translation(["colour", "shape"], None, None, "x.csv")
    assert "--kind" in fault.value.hint


def test_what_is_unknown_and_what_is_missing() -> None:
    found = translation(["MRN", "Patient", "DOB", "Shoe size", "refused"], "patients", None)
    assert (found.unknown, found.missing) == (("Shoe size",), {})  # tpi itself adds `refused`
    assert found.theirs("patients", "name") == "Patient"
    assert found.theirs("patients", "sex") == "sex"
    with pytest.raises(Usage, match=r"x\.csv: column born is missing") as fault:
        translation(["MRN", "Patient", "Shoe size"], "patients", None, "x.csv")
    assert fault.value.hint == "patients need mrn, name, born; for other headings: tpi help import-map"


@pytest.mark.parametrize(
    ("header", "told", "hint"),
    [
        (["mrn", "name", "DOB", "Birth Date"], "'DOB' and 'Birth Date' could both be born", '"Birth Date" = "born"'),
        (["mrn", "name", "born", "Cell", "Home Phone"], "could both be phone", '"Home Phone" = "phone"'),
        (["mrn", "MRN ", "name", "born"], "could both be mrn", '"MRN " = "mrn"'),
        (["mrn", "First Name", "Last Name", "DOB"], "the name is in two columns", 'name = "{Last Name}, {First Name}"'),
    ],
)
def test_two_columns_for_one_field_are_refused(header: list[str], told: str, hint: str) -> None:
    with pytest.raises(Usage) as fault:
        translation(header, "patients", None, "x.csv")
    assert str(fault.value).startswith("x.csv: ")
    assert told in str(fault.value)
    assert hint in fault.value.hint


@pytest.mark.parametrize("header", [["Patient ID", "mrn"], ["mrn", "Patient ID"]])
def test_a_fields_own_name_goes_before_a_word_for_it(header: list[str]) -> None:
    found = translation([*header, "name", "born"], None, None)
    assert found.theirs("patients", "mrn") == "mrn"
    assert found.unknown == ("Patient ID",)


def test_the_hint_for_a_name_in_two_columns_works(tmp_path: Path) -> None:
    header = ["MRN", "First Name", "Last Name", "DOB"]
    found = of(header, '[join]\nname = "{Last Name}, {First Name}"', tmp_path)
    raw = dict(zip(header, ("A1", "Mei", "Tan", "1971-03-04"), strict=True))
    assert only(found, **raw) == {"mrn": "A1", "name": "Tan, Mei", "born": "1971-03-04"}
    assert only(found, **{**raw, "First Name": ""})["name"] == "Tan"
    assert found.theirs("patients", "name") == "Last Name + First Name"
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("[columns]\n'DOBB' = 'born'", "no column 'DOBB'", "did you mean 'DOB'?"),
        ("[columns]\n'Zeta' = 'born'", "no column 'Zeta'", "the map does not name: MRN, Name, DOB"),
        ("[columns]\n'DOB' = 'born'\n'DOC' = 'sex'", "no column 'DOC'", "the map does not name: MRN, Name"),
        ("[columns]\n'MRN' = 'mrn'\n'Name' = 'name'\n'DOB' = ''\n'DOC' = 'born'", "no column 'DOC'", "leave it out"),
        ("[join]\nname = '{Last}'", "no column 'Last'", ""),
        ("[join]\nname = 'Last'", "names no column", "braces"),
        ("[[table]]\nhas = ['Nothing']", "has no table with these columns", "map of your own"),
    ],
)
def test_a_map_for_another_table(tmp_path: Path, text: str, told: str, hint: str) -> None:
    with pytest.raises(Usage) as fault:
        of(["MRN", "Name", "DOB"], text, tmp_path)
    assert told in str(fault.value)
    assert hint in fault.value.hint


def test_a_kind_that_the_map_does_not_make(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="makes no outcomes"):
        of(["mrn", "name", "born"], "kind = 'patients'", tmp_path, "outcomes")


def test_a_column_can_be_left_out(tmp_path: Path) -> None:
    header = ["mrn", "name", "born", "Sex", "Junk"]
    found = of(header, "[columns]\n'sex' = ''", tmp_path)
    assert found.unknown == ("Junk",)
    assert only(found, mrn="1", name="A", born="2000-01-01", Sex="f") == {"mrn": "1", "name": "A", "born": "2000-01-01"}


SHOT = ["MRN", "DOS", "Site", "Rx", "Next"]
SHOT_MAP = "kind = 'injections'\n{}\n[columns]\n'Site' = 'site'\n'Rx' = 'mix'\n"


def shots(folder: Path, site: str, rx: str, more: str = "") -> list[dict[str, str]]:
    found = of(SHOT, SHOT_MAP.format(more), folder)
    raw = dict(zip(SHOT, ("A1", "2026-04-03", site, rx, "6 weeks"), strict=True))
    return [row for _, row in made(found, raw).rows]


def test_both_sides_are_two_rows_and_the_dose_is_said(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="for each, or in total") as fault:
        shots(tmp_path, "bilat QL", "lido 1% 3 ml")
    assert fault.value.column == "Site"
    each = shots(tmp_path, "bilat QL", "lido 1% 3 ml", "sharing = 'each'")
    assert [(row["side"], row["volume_ml"]) for row in each] == [("L", "3"), ("R", "3")]
    total = shots(tmp_path, "bilat QL", "lido 1% 3 ml + triam 40mg/ml 1 ml", "sharing = 'total'")
    assert [(row["side"], row["volume_ml"]) for row in total] == [("L", "1.5+0.5"), ("R", "1.5+0.5")]
    units = shots(tmp_path, "bilat QL", "botox 25 units", "sharing = 'total'")
    assert [row["strength"] for row in units] == ["12.5units", "12.5units"]
    assert [row["side"] for row in shots(tmp_path, "bilat QL", "dry")] == ["L", "R"]


def test_several_sites_in_a_cell(tmp_path: Path) -> None:
    for written, told in (("L upper trap, R QL", "two sides"), ("L upper trap, QL", "may be several")):
        with pytest.raises(Fault, match=told) as fault:
            shots(tmp_path, written, "lido 1% 1 ml", "sharing = 'each'")
        assert 'between = ","' in str(fault.value)
        assert fault.value.column == "Site"
    assert [row["muscle"] for row in shots(tmp_path, "B/L levator", "dry")] == ["levator", "levator"]
    found = shots(tmp_path, "L upper trap, bilat QL", "lido 1% 1 ml", "sharing = 'each'\nbetween = ','")
    assert [(row["muscle"], row["side"]) for row in found] == [("upper trap", "L"), ("QL", "L"), ("QL", "R")]
    with pytest.raises(Fault, match="to the last figure"):
        shots(tmp_path, "L ut, bilat QL", "lido 1% 1 ml", "sharing = 'total'\nbetween = ','")


def test_the_volume_of_a_mix_may_stand_beside_it(tmp_path: Path) -> None:
    found = of([*SHOT, "Vol"], SHOT_MAP.format("") + "'Vol' = 'volume_ml'\n[units]\nvolume_ml = 'ml'", tmp_path)
    raw = dict(zip(SHOT, ("A1", "2026-04-03", "ut L", "lido 1%", "none"), strict=True))
    assert only(found, **raw, Vol="2 cc")["volume_ml"] == "2"
    assert only(found, **{**raw, "Rx": "lido 1% 1 ml"}, Vol="")["volume_ml"] == "1"
    with pytest.raises(Fault, match="a column of its own says '2'") as fault:
        made(found, {**raw, "Rx": "lido 1% 1 ml", "Vol": "2 cc"})
    assert fault.value.column == "Rx"


def test_rows_of_one_row_have_ids_of_their_own(tmp_path: Path) -> None:
    found = of([*SHOT, "Row ID"], SHOT_MAP.format("sharing = 'each'"), tmp_path)
    raw = {"MRN": "1", "DOS": "2026-04-03", "Rx": "lido 1% 1 ml", "Next": "none", "Row ID": "77"}
    both = made(found, {**raw, "Site": "QL both"}).rows
    assert [row["source_id"] for _, row in both] == ["77#1", "77#2"]
    assert only(found, **raw, Site="QL L")["source_id"] == "77"


def test_values_of_a_cell_and_of_what_it_holds(tmp_path: Path) -> None:
    more = "[values.mix]\n'std' = 'lido 1% 1 ml'\n"
    more += "[values.agent]\n'lido' = 'lidocaine'\n[values.muscle]\n'TPI trap' = 'ut'\n"
    found = of(SHOT, SHOT_MAP.format("") + more, tmp_path)
    raw = dict(zip(SHOT, ("A1", "2026-04-03", "L tpi TRAP", " STD ", "none"), strict=True))
    row = only(found, **raw)
    assert (row["muscle"], row["side"], row["agent"], row["strength"]) == ("ut", "L", "lidocaine", "1%")


def test_a_value_is_put_in_our_words_once(tmp_path: Path) -> None:
    found = of(["mrn", "name", "born", "Sex"], "[values.sex]\n'm' = 'f'\n'f' = 'm'", tmp_path)
    assert only(found, mrn="1", name="A", born="2000-01-01", Sex="M")["sex"] == "f"


def test_a_side_from_a_constant_where_the_cell_has_none(tmp_path: Path) -> None:
    found = of(SHOT, SHOT_MAP.format("") + "[constants]\nside = 'mid'", tmp_path)
    raw = dict(zip(SHOT, ("A1", "2026-04-03", "procerus", "lido 1% 1 ml", "none"), strict=True))
    assert only(found, **raw)["side"] == "mid"
    assert only(found, **{**raw, "Site": "ut L"})["side"] == "L"


def test_follow_up_may_be_left_unsaid_by_the_map(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="no column is follow_up") as fault:
        of(SHOT[:-1], SHOT_MAP.format(""), tmp_path)
    assert '[constants] follow_up = ""' in fault.value.hint
    assert of(SHOT[:-1], SHOT_MAP.format("") + "[constants]\nfollow_up = ''", tmp_path).missing == {}


def test_a_day_is_refused_by_the_sheets_own_column(tmp_path: Path) -> None:
    header = ["Chart", "Patient", "D.O.B."]
    plain = of(header, "", tmp_path)
    raw = dict(zip(header, ("1", "A", "03/04/1971"), strict=True))
    with pytest.raises(Fault, match="DD/MM/YYYY") as fault:
        made(plain, raw)
    assert fault.value.column == "D.O.B."
    assert only(of(header, "date = 'MM/DD/YYYY'", tmp_path), **raw)["born"] == "1971-03-04"


def test_a_death_is_a_status_and_its_day(tmp_path: Path) -> None:
    found = of(["mrn", "name", "born", "Died"], "date = 'DD.MM.YYYY'", tmp_path)
    raw = {"mrn": "1", "name": "A", "born": "2000-01-01", "Died": "01.02.2020"}
    assert only(found, **raw) == {
        "mrn": "1",
        "name": "A",
        "born": "2000-01-01",
        "status": "deceased",
        "status_on": "2020-02-01",
    }
    assert "status" not in only(found, **{**raw, "Died": ""})


def test_whose_row_it_is_may_be_told_by_name_and_birth_date(tmp_path: Path) -> None:
    header = ["DOS", "Pt Name", "DOB", "Muscle inj.", "Rx"]
    text = "kind = 'injections'\n{}\n[columns]\n'Muscle inj.' = 'site'\n'Rx' = 'mix'\n[constants]\nfollow_up = 'none'\n"
    with pytest.raises(Usage, match="no column is mrn") as fault:
        of(header, text.format(""), tmp_path)
    assert 'patient = ["name", "born"]' in fault.value.hint
    found = of(header, text.format("patient = ['name', 'born']"), tmp_path)
    raw = dict(zip(header, ("2026-04-03", "Tan, Mei", "1971-03-04", "ut L", "dry"), strict=True))
    row = only(found, **raw)
    assert (row["name"], row["born"], row.get("mrn")) == ("Tan, Mei", "1971-03-04", None)
    by_name = of(header, text.format("patient = 'name'"), tmp_path)
    assert "born" not in only(by_name, **raw)
    assert by_name.unknown == ("DOB",)
    with pytest.raises(Usage, match="no column is name"):
        of(header[:1] + header[2:], text.format("patient = ['name', 'born']"), tmp_path)


def test_rows_that_are_not_taken_say_by_which_column(tmp_path: Path) -> None:
    found = of(["mrn", "name", "born", "State"], "empty = ['-']\n[where]\n'State' = ['in', '']", tmp_path)
    raw = {"mrn": "1", "name": "A", "born": "2000-01-01"}
    assert made(found, {**raw, "State": "out"}).skipped == "by its State"
    told = of(["mrn", "name", "born", "State"], "[where]\n'State' = 'in'\n[left_out]\n'State' = 'not yet'", tmp_path)
    assert made(told, {**raw, "State": "out"}).skipped == "not yet"
    assert len(made(found, {**raw, "State": "-"}).rows) == len(made(found, {**raw, "State": "IN"}).rows) == 1


# the law: renamed, reordered and rewritten, a table is the same rows as ours

SAMPLE: dict[str, list[dict[str, str]]] = {
    "patients": [
        {"mrn": "A1", "name": "Tan, Mei", "born": "1971-03-04", "sex": "female", "weight_kg": "62.5", "phone": "1 2"},
        {"mrn": "A2", "name": "Müller, Jörg", "born": "1949-12-31", "height_cm": "181",
         "alerts": "allergy-amide:a;pregnancy"},
    ],
    "injections": [
        {"mrn": "A1", "date": "2026-04-03", "clinician": "AM", "muscle": "trapezius_upper", "side": "L",
         "agent": "lidocaine+triam", "strength": "1%+40mg/mL", "volume_ml": "2+0.5", "pain_before": "7",
         "follow_up": "6w", "lot": "X\\+1+Y", "expiry": "2027-01-31+2027-02-28", "note": "a, b"},
        {"mrn": "A1", "date": "2026-12-11", "muscle": "ql", "side": "mid", "agent": "dry_needling",
         "strength": "", "volume_ml": "", "follow_up": "2027-02-23", "twitch": "no"},
    ],
    "outcomes": [{"mrn": "A1", "date": "2026-05-01", "pain": "3", "relief_pct": "-20", "muscle": "ut", "side": "R"}],
}  # fmt: skip


@pytest.mark.parametrize("kind", SAMPLE)
def test_our_own_file_comes_through_as_it_is(kind: str) -> None:
    found = translation(COLUMNS[kind], None, None)
    for row in SAMPLE[kind]:
        whole = {name: row.get(name, "") for name in COLUMNS[kind]}
        assert made(found, whole).rows == ((kind, whole),)


def spelled(draw: st.DrawFn, word: str) -> str:
    """A heading as somebody may spell it: case, blanks and punctuation do not count."""
    upper = draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    mark = draw(st.sampled_from([" ", "_", "-", ". ", ""]))
    text = "".join(sign.upper() if up else sign for sign, up in zip(word, upper, strict=True))
    return text.replace(" ", mark).replace("_", mark) + draw(st.sampled_from(["", ".", " :", " #"]))


@st.composite
def renamed(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A kind, and its columns with a heading that means each, in any order."""
    kind = draw(st.sampled_from(sorted(SAMPLE)))
    ours = draw(st.permutations(COLUMNS[kind]))
    words = {name: draw(st.sampled_from([name, *all_headings()[kind][name].words])) for name in ours}
    return kind, {name: spelled(draw, word) for name, word in words.items()}


@given(renamed())
def test_a_table_with_other_headings_is_the_same_rows(case: tuple[str, dict[str, str]]) -> None:
    kind, headings = case
    found = translation(list(headings.values()), kind, None)
    assert (found.unknown, found.missing) == ((), {})
    for row in SAMPLE[kind]:
        whole = {name: row.get(name, "") for name in COLUMNS[kind]}
        assert made(found, {headings[name]: value for name, value in whole.items()}).rows == ((kind, whole),)


REWRITTEN = """
kind = "injections"
date = "DD.MM.YYYY"
decimal = ","
empty = ["-"]
sharing = "each"
[columns]
"Spot" = "site"
"Rx" = "mix"
"Told" = "pain_before"
"Repeat" = "follow_up"
[units]
pain_before = "score"
[values.follow_up]
"prn" = "none"
"""


@given(
    on=st.dates(),
    side=st.sampled_from([("L", "left"), ("R", "Rt."), ("mid", "midline")]),
    muscle=st.sampled_from(["upper trap", "levator scapulae", "ql"]),
    strength=st.decimals("0.1", "2", places=1),
    volume=st.decimals("0.1", "9.9", places=1),
    pain=st.integers(0, 10),
    again=st.sampled_from([("6w", "6 Weeks"), ("3mo", "3 months"), ("none", "PRN"), ("", "-")]),
)
def test_a_rewritten_table_is_the_same_rows(tmp_path_factory: pytest.TempPathFactory, **told: Any) -> None:
    header = ["MRN", "DOS", "Spot", "Rx", "Told", "Repeat"]
    found = of(header, REWRITTEN, tmp_path_factory.getbasetemp())
    (ours_side, theirs_side), (ours_again, theirs_again) = told["side"], told["again"]
    comma = {name: str(told[name].normalize()).replace(".", ",") for name in ("strength", "volume")}
    raw = {
        "MRN": "A1",
        "DOS": f"{told['on']:%d.%m.}{told['on'].year:04}",
        "Spot": f"{theirs_side} {told['muscle']}",
        "Rx": f"{comma['volume']} cc lido {comma['strength']} %",
        "Told": f"{told['pain']}/10",
        "Repeat": theirs_again,
    }
    ours = {
        "mrn": "A1",
        "date": told["on"].isoformat(),
        "muscle": told["muscle"],
        "side": ours_side,
        "agent": "lido",
        "strength": f"{told['strength'].normalize():f}%",
        "volume_ml": f"{told['volume'].normalize():f}",
        "pain_before": str(told["pain"]),
        "follow_up": ours_again,
    }
    own = translation(COLUMNS["injections"], None, None)
    assert made(found, raw).rows == made(own, {name: ours.get(name, "") for name in COLUMNS["injections"]}).rows
