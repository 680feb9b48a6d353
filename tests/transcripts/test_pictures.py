"""The README's pictures are what the program draws: `python -m tests.pictures` made them, and would make them again."""

import re
from pathlib import Path

import pytest

from tests.pictures.__main__ import FOLDER, HOUSE, drawn


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return dict(drawn(tmp_path_factory.mktemp("pictures")))


@pytest.mark.slow
@pytest.mark.file
def test_they_are_as_they_would_be_drawn_now(made: dict[str, str]) -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert sorted(kept) == sorted(made)
    assert [name for name in made if kept[name] != made[name]] == [], "python -m tests.pictures draws them anew"


@pytest.mark.slow
@pytest.mark.file
def test_none_has_an_address_outside_or_a_script(made: dict[str, str]) -> None:
    for name, text in made.items():
        told = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        assert not re.search(r"<script|url\((?!#)|href=\"(?!#)|@import|https?://(?!www\.w3\.org/2000/svg)", told), name


def test_the_readme_shows_each_of_them() -> None:
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\.github/pictures/([\w-]+\.svg)", text))
    assert shown == {path.name for path in Path(FOLDER).iterdir()}
    assert len(re.findall(r"<img[^>]* alt=\"[^\"]{20,}\"|!\[[^\]]{20,}\]", text)) >= 3, (
        "said in words to who cannot see"
    )
