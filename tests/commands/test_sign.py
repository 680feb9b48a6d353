"""`tpi sign`: a clinician's signature under a session, a day or today; after it the session is locked."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, talk, words
from tests.commands.trust import sound
from tests.conftest import ME, Clinic, working_under
from tests.store.places import place
from tests.transcripts.terminal import terminal
from tpi_cli.store import connect


@pytest.fixture(scope="module")
def _day(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.ok(*words("clinician add JS --account jsmith"))
        for name in ("Tan, Mei", "Ruiz, Ana", "Lee, Bo"):
            clinic.patient(name)
        clinic.inject("1", "ut l lido 1% 1ml", "--pain", "7:3")
        clinic.inject("2", "gm r dry")
        clinic.inject("3", "ls l dry", "--as", "JS")
        clinic.inject("1", "gm r dry", "--on", "2026-11-20")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def day(tmp_path: Path, _day: Path) -> Clinic:
    """Today S-0018 and S-002B are mine and S-003E is JS's; of Friday the 20th there is S-004H of mine."""
    return copied(_day, tmp_path)


def signed(clinic: Clinic) -> list[str]:
    """The sessions that are signed, by JSON."""
    return sorted(row["session"] for row in clinic.ok("session", "list", "--json").rows if row["signed"])


WHAT = """
words                 | signed        | left
-                     | S-0018 S-002B | 1 more of JS not signed
today                 | S-0018 S-002B | 1 more of JS not signed
2026-11-23            | S-0018 S-002B | 1 more of JS not signed
fri                   | S-004H        | -
2026-11-20            | S-004H        | -
S-0018                | S-0018        | -
s-002b                | S-002B        | -
S-003E                | S-003E        | -
--as JS               | S-003E        | 2 more of root not signed
--as JS today         | S-003E        | 2 more of root not signed
S-004H --as JS        | S-004H        | -
"""


@pytest.mark.parametrize(("typed", "codes", "left"), rows(WHAT))
def test_what_is_signed(day: Clinic, typed: str, codes: str, left: str) -> None:
    """Of a day the sessions of whoever signs; the others' are left, and named."""
    by = f"{ME} as JS" if "--as" in typed else ME
    answer = day.ok("sign", *(() if typed == "-" else words(typed)), "--yes")
    told = f"signed by {by}: {', '.join(codes.split())}\n"
    assert answer.out == told + ("" if left == "-" else left.replace("root", ME) + "\n")
    assert signed(day) == codes.split()
    shown = day.ok("session", "show", codes.split()[0], "--json").json
    assert shown["signed_by"] == by
    assert shown["signed_at"].endswith("Z")
    sound(day)


def test_each_account_signs_its_own(day: Clinic) -> None:
    with working_under("jsmith"):
        assert day.ok("sign", "--yes").out.startswith("signed by jsmith: S-003E\n")
    assert signed(day) == ["S-003E"]
    sound(day)


NOTHING = """
words               | said
sun                 | nothing of yours to sign: sun
2026-11-20 --as JS  | nothing of yours to sign: 2026-11-20; 1 more of root not signed
"""


@pytest.mark.parametrize(("typed", "said"), rows(NOTHING))
def test_nothing_to_sign_is_no_fault(day: Clinic, typed: str, said: str) -> None:
    answer = day.ok("sign", *words(typed))
    assert answer.out == "".join(f"{line}\n" for line in said.replace("root", ME).split("; "))
    assert signed(day) == []
    assert envelope(day.ok("sign", *words(typed), "--json"), "sign")["sessions"] == []


def test_a_day_signed_already_has_nothing_left(day: Clinic) -> None:
    day.ok("sign", "--yes")
    assert day.ok("sign", "--yes").out.splitlines()[0] == "nothing of yours to sign: today"


REFUSED = """
before                             | words          | exit | says
sign S-0018 --yes                  | S-0018         | 5    | S-0018 is signed already, by root
session void S-0018 --reason x -y  | S-0018         | 5    | S-0018 is void: there is nothing to sign
-                                  | S-0019         | 3    | S-0019
-                                  | tomorrow       | 2    | is in the future
-                                  | 2026-12-24     | 2    | is in the future
-                                  | 03/04/2026     | 2    | 03/04/2026
-                                  | --on yesterday | 2    | --on
-                                  | --note x       | 2    | --note
"""


@pytest.mark.parametrize(("before", "typed", "code", "says"), rows(REFUSED))
def test_what_is_refused(day: Clinic, before: str, typed: str, code: str, says: str) -> None:
    if before != "-":
        day.ok(*words(before))
    found, line, _ = refused(day, "sign", *words(typed))
    assert found == int(code)
    assert says.replace("root", ME) in line


def test_a_void_session_is_not_among_those_of_the_day(day: Clinic) -> None:
    day.ok(*words("session void S-0018 --reason x --yes"))
    assert day.ok("sign", "--yes").out.startswith(f"signed by {ME}: S-002B\n")


def test_it_shows_them_and_asks(day: Clinic) -> None:
    before = everything(day)
    for stdin in ("n\n", "\n", ""):
        answer = day.run("sign", stdin=stdin)
        assert (answer.code, answer.out) == (9, "")
        lines = talk(answer)
        assert (
            lines[0]
            == f"  S-0018  2026-11-23  {ME}   PT-0001 Tan, Mei born 4 Mar 1971   UT-L   lidocaine   pain 7 to 3"
        )
        assert lines[1].startswith(f"  S-002B  2026-11-23  {ME}   PT-0002 Ruiz, Ana born 4 Mar 1971   GM-R")
        assert lines[2].startswith("sign 2 sessions?")
        assert everything(day) == before
    assert day.run("sign", stdin="y\n").code == 0
    assert signed(day) == ["S-0018", "S-002B"]


def test_on_a_terminal_the_sessions_stand_before_the_question(day: Clinic) -> None:
    with terminal(day, "sign", "S-0018") as one:
        one.answer("sign S-0018? [y/N]", "y")
        assert one.end() == 0
    screen = one.screen
    assert screen.index("S-0018  2026-11-23") < screen.index("Tan, Mei") < screen.index("sign S-0018?")
    assert f"signed by {ME}: S-0018" in screen
    assert signed(day) == ["S-0018"]


@pytest.mark.parametrize(
    ("level", "hidden"), [("names", ["Tan", "1971"]), ("all", ["Tan", "1971", "lidocaine", "UT-L"])]
)
def test_redacted_it_names_nobody(day: Clinic, level: str, hidden: list[str]) -> None:
    answer = day.run("sign", "--redact", level, stdin="n\n")
    assert "S-0018" in answer.err
    assert "PT-0001" in answer.err
    assert not [word for word in hidden if word in answer.err + answer.out]


def test_a_dry_run_keeps_nothing(day: Clinic) -> None:
    before = everything(day)
    answer = day.ok("sign", "-n")
    assert answer.out.startswith(f"would be signed by {ME}: S-0018, S-002B\n")
    assert everything(day) == before


def test_what_scripts_lean_on(day: Clinic) -> None:
    assert envelope(day.ok("sign", "--yes", "--json"), "sign")["sessions"] == ["S-0018", "S-002B"]
    with working_under("jsmith"):
        assert day.ok("sign", "S-003E", "--yes", "--json").json["sessions"] == ["S-003E"]


def test_what_waits_for_a_signature_grows_less(day: Clinic) -> None:
    def waiting() -> list[str]:
        return [row["session"] for row in day.ok("session", "list", "--unsigned", "--json").rows]

    def on_the_day() -> list[str]:
        return [row["record"] for row in day.ok("day", "--json").rows if row["section"] == "unsigned"]

    assert waiting() == ["S-003E", "S-002B", "S-0018", "S-004H"]
    assert on_the_day() == ["S-0018", "S-002B", "S-003E"]
    day.ok("sign", "S-002B", "--yes")
    assert (waiting(), on_the_day()) == (["S-003E", "S-0018", "S-004H"], ["S-0018", "S-003E"])
    day.ok(*words("session void S-003E --reason x --yes"))
    assert (waiting(), on_the_day()) == (["S-0018", "S-004H"], ["S-0018"])
    day.ok("sign", "--yes")
    assert on_the_day() == []
    assert "S-0018" not in day.ok("session", "list", "--unsigned").out


def test_a_session_that_changed_while_it_was_looked_at_is_not_signed(day: Clinic) -> None:
    with terminal(day, "sign", "S-0018") as one:
        change = lambda: day.process(*words("session amend S-0018 --pain 8 --reason x --yes"))  # noqa: E731
        one.waits("sign S-0018? [y/N]", change).types("y")
        assert one.end() == 5
    assert "S-0018 changed meanwhile" in one.screen
    assert signed(day) == []
    sound(day)


def test_once_signed_only_a_reason_goes_on(day: Clinic) -> None:
    """Amended it is signed by whoever amends it; void it stays signed; nobody takes it back."""
    day.ok("sign", "--yes")
    with working_under("jsmith"):
        day.ok(*words("session amend S-0018 --pain 8 --reason misread --yes"))
    day.ok(*words("session void S-002B --reason 'entered twice' --yes"))
    assert refused(day, "undo", "--yes")[0] == 5
    one = day.ok("session", "show", "S-0018", "--json").json
    assert (one["signed_by"], one["amended_by"], one["amend_reason"]) == ("jsmith", "jsmith", "misread")
    assert signed(day) == ["S-0018", "S-002B"]
    sound(day)


def test_several_are_signed_together_or_none(day: Clinic) -> None:
    """One entry of the log for all of them."""
    with connect.reading(place(day)) as db:
        before = db.value("SELECT MAX(entry) FROM audit")
    day.ok("sign", "--yes")
    with connect.reading(place(day)) as db:
        told = list(db.rows("SELECT act, records FROM audit WHERE entry > :before", before=before))
    assert [(act, records > 2) for act, records in told if act == "sign"] == [("sign", True)]
