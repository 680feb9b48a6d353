"""SVG and HTML as a tree of elements, never as text put together: whatever is in a name or a note stays text."""

from typing import Any
from xml.etree import ElementTree

from tpi_cli.show.clean import clean

Element = ElementTree.Element
SVG = "http://www.w3.org/2000/svg"


def element(tag: str, attributes: dict[str, Any] | None = None, *inside: Element | str) -> Element:
    """An element with its attributes (numbers short) and what is inside it: elements, and text that is cleaned."""
    one = Element(tag, {name: _attribute(value) for name, value in (attributes or {}).items()})
    for part in inside:
        if isinstance(part, str):
            _add_text(one, clean(part))
        else:
            one.append(part)
    return one


def _attribute(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else clean(str(value))


def _add_text(one: Element, text: str) -> None:
    if len(one):
        one[-1].tail = (one[-1].tail or "") + text
    else:
        one.text = (one.text or "") + text


def as_svg(root: Element) -> str:
    """A file of its own."""
    root.set("xmlns", SVG)
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def as_html(root: Element) -> str:
    """A page."""
    return "<!DOCTYPE html>\n" + ElementTree.tostring(root, encoding="unicode", method="html") + "\n"
