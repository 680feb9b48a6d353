"""The judges that run on Node: installed outside the work tree, once for each lock file, and asked in one process."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent
US_CORE = Path(__file__).parents[4] / "shared" / "interop" / "us_core_610.tgz"
"""No registry serves this package: npm knows the name `hl7.fhir.us.core`, without a version."""

JUDGES = frozenset(["medplum", "lantana", "terms", "us-core"])
"""Who has to sit, beside our own rules."""

Resource = dict[str, Any]


class Issue(NamedTuple):
    """What a judge holds against a resource: `where` is the type and the path, `said` the judge's own words."""

    judge: str
    where: str
    said: str


def missing(what: str) -> None:
    """Skip, saying what is missing; CI does not skip. Raises pytest's own Skipped or Failed."""
    if os.environ.get("CI"):
        pytest.fail(f"the judges of our FHIR cannot sit: {what}")
    pytest.skip(f"NOT JUDGED: {what}")


def installed() -> Path:
    """The folder `node_modules` with what package-lock.json names, from npm's registry.

    Several test processes may ask at once: one installs, the others wait for it.
    """
    for program in ("node", "npm"):
        if not shutil.which(program):
            missing(f"no {program} on this computer; install Node 20 or later")
    lock = (HERE / "package-lock.json").read_bytes()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "tpi-tests" / f"judges-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    """Put the packages there; the last thing written says that they are whole."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        missing(f"npm ci failed: {done.stderr.strip()[-300:]}")
    (folder / "done").touch()


def us_core(folder: Path) -> Path | None:
    """The profiles of US Core 6.1.0, unpacked into `folder`; None where this computer does not have the package."""
    if not US_CORE.exists():
        return None
    with tarfile.open(US_CORE) as package:
        package.extractall(folder, filter="data")
    return folder / "package"


@contextmanager
def script(name: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """One of the scripts of this folder, running until the block ends."""
    environment = {**os.environ, "NODE_PATH": str(installed())}
    process = subprocess.Popen(
        ["node", str(HERE / name), *words],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    with process:
        yield process
        process.kill()


class Validators:
    """The two validators and HL7's own codes, and US Core's profiles where `profiles` is a folder, in one process."""

    def __init__(self, process: subprocess.Popen[str], profiles: Path | None) -> None:
        self.process = process
        self.profiles = profiles
        self._known: dict[str, list[Issue]] = {}

    @property
    def names(self) -> set[str]:
        """The judges that sit."""
        return {"medplum", "lantana", "terms"} | ({"us-core"} if self.profiles else set())

    def all_sat(self) -> None:
        """Say that a judge was missing, after the others found nothing: the test is skipped, not passed.

        Where the package lies beside the repository it must have sat. Raises pytest's own Skipped.
        """
        absent = sorted(JUDGES - self.names)
        assert not absent or not US_CORE.exists(), f"the package of {', '.join(absent)} is there, and it did not sit"
        if absent:
            pytest.skip(f"NOT JUDGED BY {', '.join(absent)}: no {US_CORE}, and no registry serves it; the others did")

    def __call__(self, resources: Iterable[Resource]) -> list[Issue]:
        """Every error in these resources, judged one by one; a resource judged before is not sent again."""
        texts = [json.dumps(resource, ensure_ascii=False) for resource in resources]
        for text in texts:
            if text not in self._known:
                self._known[text] = list(self._asked(text))
        return [issue for text in texts for issue in self._known[text]]

    def _asked(self, text: str) -> Iterator[Issue]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{text}\n\n")
        self.process.stdin.flush()
        while line := self.process.stdout.readline().strip():
            found = json.loads(line)
            yield Issue(found["judge"], f"{found['type']}/{found['id']} {found['path']}", found["message"])
        assert self.process.poll() is None, "the validators died"
