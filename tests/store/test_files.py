"""A file is there whole or not at all, only its owner's, and its name is somebody else's never."""

import os
import stat
from pathlib import Path

import pytest

from tpi_cli import files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o777], autouse=True)
def _umask(request: pytest.FixtureRequest) -> object:
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_what_is_made_is_only_its_owners(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    files.make_folder(str(folder))
    files.put(str(folder / "one"), "1")
    assert files.put_new(str(folder / "two"), "2")
    assert [mode(path) for path in (folder.parent, folder, folder / "one", folder / "two")] == [
        0o700, 0o700, 0o600, 0o600,
    ]  # fmt: skip


def test_a_folder_that_is_there_stays_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    files.make_folder(str(tmp_path))
    assert mode(tmp_path) == 0o755


def test_a_file_in_the_way_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(OSError, match="in its way"):
        files.make_folder(str(tmp_path / "a" / "b"))


def test_a_file_is_replaced_whole_or_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one"
    files.put(str(path), "before")
    files.put(str(path), "after")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="space"):
        files.put(str(path), "half")
    assert (path.read_text(), os.listdir(tmp_path)) == ("after", ["one"])


@pytest.mark.parametrize("links", [True, False])
def test_a_name_that_is_taken_is_not_taken_over(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", fails)
    path = tmp_path / "one"
    assert files.put_new(str(path), "first")
    assert not files.put_new(str(path), "second")
    half = tmp_path / "half"
    half.write_text("third")
    with pytest.raises(FileExistsError):
        files.give_name(str(half), str(path))
    assert path.read_text() == "first"


# --- reading


def test_a_file_that_is_there_is_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("there")
    with pytest.raises(FileExistsError):
        files.make(str(tmp_path / "one"))


def test_no_more_is_read_than_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 1000)
    assert files.start(str(tmp_path / "one"), 10) == b"x" * 10


@pytest.mark.parametrize("pipes", [False, True])
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "/dev/null"])
def test_a_device_is_no_file(path: str, pipes: bool) -> None:
    with pytest.raises(OSError), files.opened(path, pipes=pipes):  # noqa: PT011
        pass


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_what_is_no_name_is_told_like_any_other_file(name: str) -> None:
    with pytest.raises(OSError, match="no name of a file"):
        files.start(name, 1)


def test_a_pipe_is_one_where_it_is_wanted(tmp_path: Path) -> None:
    """Whoever reads it waits for whoever writes."""
    os.umask(0o022)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="not a file"), files.opened(str(path)):
        pass
    assert files.start(str(path), 10, pipes=True) == b"", "nobody writes"
    with files.opened(str(path), pipes=True) as file:
        assert os.get_blocking(file.fileno())


def test_what_killed_attempts_left_is_taken_away(tmp_path: Path) -> None:
    os.umask(0o022)
    for name in ("key.1a2b3c4d.half", "key.old-1.half", "other.half", "key"):
        (tmp_path / name).touch()
    files.remove_halves(str(tmp_path / "key"))
    assert sorted(os.listdir(tmp_path)) == ["key", "other.half"]
