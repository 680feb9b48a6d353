"""The manual for the web: `tpi_cli/help/reference.md`."""

from collections.abc import Iterator

from tests.manual.tree import Option, Told, common, groups


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# tpi: every command"
    yield ""
    yield "Made from the program itself; `tpi COMMAND --help` says the same. What the words mean is in `tpi help`."
    found = groups()
    for group, commands in found.items():
        yield from ("", f"## {group}", "", "| command | what it does |", "|---|---|")
        for one in commands:
            yield f"| [`tpi {one.name}`](#tpi-{one.name.replace(' ', '-')}) | {_cell(one.line)} |"
    everywhere, changing = common()
    yield from _options("## Options of every command", everywhere)
    yield from _options("## Options of every command that changes something", changing)
    for commands in found.values():
        for one in commands:
            yield from _command(one)


def _command(one: Told) -> Iterator[str]:
    yield from ("", f"### tpi {one.name}", "", f"`{one.usage}`")
    for paragraph in one.paragraphs:
        yield from ("", _text(paragraph))
    if one.options:
        yield from _options("", one.options)
    yield from ("", "```", *one.examples, "```")


def _options(heading: str, options: list[Option]) -> Iterator[str]:
    if heading:
        yield from ("", heading)
    yield from ("", "| option | meaning |", "|---|---|")
    for one in options:
        yield f"| `{one.written.replace('|', chr(92) + '|')}` | {_cell(one.words)} |"


def _cell(words: str) -> str:
    return _text(words).replace("|", "\\|")


def _text(words: str) -> str:
    """Text in which nothing is taken for a tag."""
    return words.replace("<", "&lt;").replace("*", "\\*")
