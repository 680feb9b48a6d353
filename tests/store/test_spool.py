"""What is set aside comes back as it was, and lies nowhere for anybody to read."""

import os
import tempfile
from pathlib import Path

import pytest

from tpi_cli.errors import StoreUnavailable
from tpi_cli.store.spool import CHUNK, IN_MEMORY, Spool

LONG = CHUNK * (IN_MEMORY + 3) + 7
"""Lines of a list that is too long for memory."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def filled(count: int) -> Spool:
    spool = Spool()
    for number in range(count):
        spool.add(f"{number} Tan, Mei \x1f 王秀英 C:\\new")
    return spool


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, CHUNK * IN_MEMORY, CHUNK * IN_MEMORY + 1, LONG])
def test_every_line_comes_back_in_its_place_as_often_as_it_is_asked_for(folder: Path, count: int) -> None:
    spool = filled(count)
    for _ in range(2):
        assert list(spool) == [f"{number} Tan, Mei \x1f 王秀英 C:\\new" for number in range(count)]
    spool.close()


def test_most_lists_need_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "not there"))
    assert len(list(filled(CHUNK * IN_MEMORY))) == CHUNK * IN_MEMORY


def test_a_long_one_has_a_file_without_a_name(folder: Path) -> None:
    spool = filled(LONG)
    assert os.listdir(folder) == []
    assert len(list(spool)) == LONG
    spool.close()
    assert os.listdir(folder) == []


def test_which_nobody_can_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file as another program would find it on the disk, if it kept its name."""
    monkeypatch.setattr(Spool, "_unnamed", lambda _: None)
    spool = filled(LONG)
    spool.close()
    (name,) = os.listdir(folder)
    assert (folder / name).stat().st_mode & 0o777 == 0o600
    found = (folder / name).read_bytes()
    assert len(found) > LONG
    assert b"Tan, Mei" not in found
    assert b"SQLite" not in found


def test_without_room_it_is_told_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "not there"))
    with pytest.raises(StoreUnavailable, match="no room") as told:
        filled(LONG)
    assert "--format tsv" in told.value.hint
