"""What stands between columns, told by the first line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.errors import Usage
from tpi_cli.exchange.delimiter import sniffed
from tpi_cli.exchange.kinds import COLUMNS

SIGNS = [",", ";", "\t", "|"]
ANY = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


def written(names: list[str], sign: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=sign, quoting=csv.QUOTE_ALL).writerow(names)
    return out.getvalue()


@given(st.lists(ANY, min_size=2), st.sampled_from(SIGNS))
def test_names_in_quotes_are_told_apart_whatever_they_hold(names: list[str], sign: str) -> None:
    """Between a quote and a quote stands the sign; by another the line would be one column, or words in disorder."""
    inside = {one for one in SIGNS if one != sign and any(one in name for name in names)}
    if not inside:
        assert sniffed(written(names, sign)) == sign


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("kind", COLUMNS)
def test_our_own_headers(kind: str, sign: str) -> None:
    assert sniffed(sign.join(COLUMNS[kind])) == sign
    assert sniffed(sign.join(COLUMNS[kind]) + "\r\n") == sign


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("mrn", ","),
        ("", ","),
        ("DOS;Pt Name;Relief, percent", ";"),
        ('mrn;"name, as in passport";born', ";"),
        ("mrn,name,born,note|remark", ","),
        ("\ufeffmrn\tname", "\t"),
    ],
)
def test_a_line(line: str, sign: str) -> None:
    assert sniffed(line) == sign


def test_two_that_could_be_are_named() -> None:
    with pytest.raises(Usage, match=r"x.csv: commas or semicolons between the columns\?"):
        sniffed("one,two;three", "x.csv")
