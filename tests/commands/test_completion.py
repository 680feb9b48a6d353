"""TAB: commands, patients, muscles and agents, by the protocol the shells really speak."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.reading import rows
from tests.conftest import Clinic


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """PT-0001 to PT-0012, the third archived; articaine in stock."""
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    for letter in "abcdefghijkl":
        clinic.patient(f"Secret {letter}")
    clinic.ok("patient", "archive", "3")
    clinic.ok("agent", "add", "articaine", "4%", "--kind", "amide")
    return clinic


def offered(clinic: Clinic, line: str, **more: str) -> list[str]:
    """What bash is given for the word under the cursor at the end of the line."""
    typed = line.split(" ")
    asked = {"_TPI_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(typed) - 1)}
    answer = clinic.process(**asked, **more)
    assert (answer.code, answer.err) == (0, "")
    return answer.out.split()


LINES = """
line                          | offered
tpi d                         | due day demo db doctor
tpi pat                       | patient
tpi patient                   | patient
tpi patient sh                | show
tpi why PT-000                | PT-0001 PT-0002 PT-0004 PT-0005 PT-0006 PT-0007 PT-0008 PT-0009
tpi why PT-001                | PT-0010 PT-0011 PT-0012
tpi inject PT-0012            | PT-0012
tpi due PT-0001 PT-001        | PT-0010 PT-0011 PT-0012
tpi patient show PT-001       | PT-0010 PT-0011 PT-0012
tpi site list PT-001          | PT-0010 PT-0011 PT-0012
tpi session list PT-001       | PT-0010 PT-0011 PT-0012
tpi stop PT-001               | PT-0010 PT-0011 PT-0012
tpi -q why PT-001             | PT-0010 PT-0011 PT-0012
tpi due --muscle gm           | gmax gmed gmin
tpi muscle show sc            | scm
tpi due --agent li            | lidocaine
tpi agent show art            | articaine
tpi due --over                | --overdue
tpi summary 1 --for r         | referrer
tpi letter 1 --kind af        | aftercare
tpi inject 1 ut l --gui       | --guidance
tpi xyz                       |
"""


@pytest.mark.parametrize(("line", "expected"), rows(LINES), ids=[row[0] for row in rows(LINES)])
def test_what_bash_is_offered(ward: Clinic, line: str, expected: str) -> None:
    found = offered(ward, line)
    wanted = expected.split()
    if "--muscle" in line:  # whichever short names there are: gm and all that starts so
        assert found == [name for name in found if name.startswith("gm")]
        assert {"gm", "gmax", "gmin"} <= set(found)
    elif "muscle show" in line:
        assert "scm" in found
    else:
        assert found == wanted


def test_no_name_reaches_the_shell(ward: Clinic) -> None:
    assert "Secret" not in " ".join(offered(ward, "tpi why "))
    assert len(offered(ward, "tpi why ")) == 11


@pytest.mark.file
def test_silence_where_there_is_no_store(home: Clinic) -> None:
    assert offered(home, "tpi why ") == []
    assert offered(home, "tpi due --agent lid") == ["lidocaine"]
    assert list(home.home.iterdir()) == []


@pytest.mark.file
def test_silence_where_the_key_is_wrong(clinic: Clinic) -> None:
    clinic.patient()
    clinic.key.write_text("tpi-key-1 " + "0" * 64 + "\n")
    assert offered(clinic, "tpi why ") == []


def test_zsh_and_fish_are_told_too(ward: Clinic) -> None:
    zsh = ward.process(_TPI_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="tpi why PT-001")
    assert [f'"PT-{number:04}"' in zsh.out for number in (10, 11, 12, 9)] == [True, True, True, False]
    fish = ward.process(
        _TPI_COMPLETE="complete_fish", _TYPER_COMPLETE_ARGS="tpi why PT-001", _TYPER_COMPLETE_FISH_ACTION="get-args"
    )
    assert fish.out.split() == ["PT-0010", "PT-0011", "PT-0012"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_the_program_and_the_protocol(home: Clinic, shell: str) -> None:
    script = home.ok("completion", "show", shell).out
    assert "_TPI_COMPLETE=complete_" + shell in script
    assert home.ok("completion", "show", SHELL=f"/usr/bin/{shell}").out == script
    found = home.ok("completion", "show", shell, "--json").json
    assert (found["shell"], found["script"].split()) == (shell, script.split())


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_itself_completes_with_it(ward: Clinic) -> None:
    """The script is loaded into a bash, and asked as TAB would ask."""
    program = ward.home / "tpi"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tpi_cli "$@"\n')
    program.chmod(0o755)
    script = ward.ok("completion", "show", "bash").out
    ask = (
        f"{script}\nCOMP_WORDS=(tpi why PT-001); COMP_CWORD=2; _tpi_completion {program} PT-001 why\n"
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, env=ward.environment(), check=True)
    assert done.stdout.split() == ["PT-0010", "PT-0011", "PT-0012"]


def test_installing_writes_the_script_and_says_where(home: Clinic) -> None:
    answer = home.ok("completion", "install", "bash")
    (path,) = [word for word in answer.out.split() if word.startswith(str(home.home))]
    assert "_tpi_completion" in Path(path).read_text()
    assert path in (home.home / ".bashrc").read_text()


def test_installing_twice_leaves_one_line(home: Clinic) -> None:
    home.ok("completion", "install", "bash")
    once = (home.home / ".bashrc").read_text()
    home.ok("completion", "install", "bash")
    assert (home.home / ".bashrc").read_text() == once


def test_what_stands_in_the_start_up_file_stays_and_a_link_stays_a_link(home: Clinic) -> None:
    mine = home.home / "dotfiles.zsh"
    mine.write_bytes(b"alias l='ls' # caf\xe9")
    (home.home / ".zshrc").symlink_to(mine)
    home.ok("completion", "install", "zsh")
    assert (home.home / ".zshrc").is_symlink()
    assert mine.read_bytes().splitlines() == [
        b"alias l='ls' # caf\xe9", b"fpath+=~/.zfunc; autoload -Uz compinit; compinit"
    ]  # fmt: skip


def test_a_home_with_an_apostrophe_is_quoted_for_the_shell(tmp_path: Path) -> None:
    folder = tmp_path / "Mei's"
    folder.mkdir()
    Clinic(folder).ok("completion", "install", "bash")
    done = subprocess.run(
        ["bash", "-c", f'source "{folder}/.bashrc" && complete -p tpi'], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "_tpi_completion" in done.stdout


def test_a_start_up_file_that_cannot_be_written_is_told(home: Clinic) -> None:
    (home.home / ".bashrc").mkdir()
    answer = home.run("completion", "install", "bash")
    assert answer.code == 6
    assert "tpi completion show prints it" in answer.err
