"""What commands leave for others to read: no folder or file under a careless umask, and no core file."""

import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import Clinic


@pytest.fixture
def _careless() -> Iterator[None]:
    """A umask under which everybody may write into what is made."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.file
@pytest.mark.usefixtures("_careless")
@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("config set user JS", "fresh fresh/tpi fresh/tpi/config.toml"),
        ("cron install --systemd --yes", "fresh fresh/systemd fresh/systemd/user"),
        ("export csv -o deep/export", "deep deep/export deep/export/patients.csv"),
        ("completion install bash", ".bashrc .bash_completions .bash_completions/tpi.sh"),
        ("completion install zsh", ".zshrc .zfunc .zfunc/_tpi"),
        ("completion install fish", "fresh fresh/fish fresh/fish/completions fresh/fish/completions/tpi.fish"),
    ],
)
def test_what_is_made_is_the_owners_alone(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, command: str, made: str
) -> None:
    monkeypatch.chdir(clinic.home)
    clinic.ok(*command.split(), XDG_CONFIG_HOME=str(clinic.home / "fresh"), TPI_KEY_FILE=str(clinic.key))
    open_to_others = {
        name
        for name in made.split()
        if stat.S_IMODE((clinic.home / name).stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    }
    assert open_to_others == set()


LIMIT = """
import resource, sys
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
from tpi_cli.main import main
try:
    main(sys.argv[1:])
finally:
    sys.stderr.write(f"core files of up to {resource.getrlimit(resource.RLIMIT_CORE)[0]} bytes")
"""


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_CORE)[1] == 0, reason="no core files are allowed here anyway")
@pytest.mark.parametrize("command", ["due", "patient show 1", "find tan"])
def test_a_crash_leaves_no_core_file(clinic: Clinic, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMIT, *command.split()], env=clinic.environment(), capture_output=True, check=False
    )
    assert done.stderr.endswith(b"core files of up to 1 bytes"), done.stderr
