"""A real browser, headless: what it shows of a page on a screen of some width, and how many pages it prints.

The pages have no script; what is measured is a copy within a frame of ours, which can look into it.
"""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = next(filter(None, map(shutil.which, NAMES)), None)
needed = pytest.mark.skipif(FOUND is None, reason="no Chromium on this machine: pages were not looked at")
_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pdf-header-footer"),
)
_LOOK = """
<script>
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument, width = WIDTH, out = [];
  for (const one of page.querySelectorAll("body, body *")) {
    const head = one.closest("thead");
    if (head && getComputedStyle(head).position === "absolute") continue;
    const box = one.getBoundingClientRect(), told = one.tagName + " " + one.textContent.slice(0, 40);
    if (box.right > width + 1 || box.left < -1) out.push("outside: " + told);
    const cut = !one.ownerSVGElement && one.clientWidth && one.scrollWidth > one.clientWidth + 1;
    if (cut) out.push("overflows: " + told);
  }
  const every = page.querySelectorAll("h1, h2, p, li, caption, th, td, figcaption");
  const texts = [...every].filter(one => one.offsetParent);
  const small = texts.filter(one => parseFloat(getComputedStyle(one).fontSize) < SMALLEST);
  document.body.append(Object.assign(document.createElement("pre"), {id: "told", textContent: JSON.stringify(
    {faults: out, small: small.map(one => one.textContent.slice(0, 40)), height: page.documentElement.scrollHeight,
     words: page.body.innerText})}));
});
</script>
"""
SMALLEST = 10.5
"""Pixels: 8 points, in print."""


def _run(folder: Path, *words: str) -> str:
    done = subprocess.run([str(FOUND), *_QUIET, f"--user-data-dir={folder / 'profile'}", *words], capture_output=True,
                          check=True, timeout=120)  # fmt: skip
    return done.stdout.decode()


def measured(page: Path, folder: Path, width: int, height: int = 1100) -> dict[str, Any]:
    """What sticks out or is cut at a width in pixels, the height it takes, the words that can be seen."""
    text = html.escape(page.read_text(encoding="utf-8"))
    look = _LOOK.replace("WIDTH", str(width)).replace("SMALLEST", str(SMALLEST))
    frame = f'<iframe style="border:0" width="{width}" height="{height}" srcdoc="{text}"></iframe>'
    (folder / "look.html").write_text(f'<!DOCTYPE html><meta charset="utf-8"><body>{frame}{look}', encoding="utf-8")
    dom = _run(folder, "--dump-dom", (folder / "look.html").as_uri())
    told = re.search(r'<pre id="told">(.*?)</pre>', dom, re.DOTALL)
    assert told, "the page was measured"
    found: dict[str, Any] = json.loads(html.unescape(told[1]))
    return found


def printed(page: Path, folder: Path, paper: str) -> int:
    """How many sheets of paper (`A4`, `Letter`) it prints on."""
    sized = page.read_text(encoding="utf-8").replace("@page {", f"@page {{ size: {paper};")
    assert f"size: {paper}" in sized
    (folder / "print.html").write_text(sized, encoding="utf-8")
    _run(folder, f"--print-to-pdf={folder / 'print.pdf'}", (folder / "print.html").as_uri())
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", (folder / "print.pdf").read_bytes()))
