"""Write the manual anew from the command tree: `python -m tests.manual`."""

import sys

from tests.manual import markdown, roff

MADE = {"tpi.1": roff.page, "reference.md": markdown.page}


def main() -> None:
    """Write both."""
    for name, page in MADE.items():
        path = roff.PAGES / name
        path.write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
