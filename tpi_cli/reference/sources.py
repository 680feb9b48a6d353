"""Where facts come from: `sources.csv`."""

from tpi_cli.reference.tables import column

HOW = {
    "read": "read",
    "secondary": "read in a summary only",
    "unsourced": "no source at hand",
    "house rule": "house rule",
}


def title(source: str) -> str:
    """A source in words, and how well it was read; an id this release does not know is given back as it came."""
    known = column("sources", "title").get(source)
    return f"{known} ({HOW[column('sources', 'read')[source]]})" if known else source
