"""How far something long has come: a line on a terminal's stderr, and nothing anywhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tpi_cli import clock
from tpi_cli.show.out import Out

Watch = Callable[[str, int, int | None], None]
"""Told how far it has come: what is being done, how many rows are done (0: nobody counts), of how many (None: who
knows)."""
AFTER = 0.5
"""Seconds: what is done sooner needs no bar."""
BETWEEN = 0.1
"""Seconds between two words about how far it has come."""
REFRESHED = 4
"""Times a second: more than an eye wants, less than a slow line minds."""


@contextmanager
def shown(out: Out) -> Iterator[Watch]:
    """What to tell how far it has come; the bar comes after half a second and leaves nothing behind."""
    if out.quiet or out.machine or not sys.stderr.isatty():
        yield lambda *_: None
        return
    bar = _Bar(out)
    try:
        yield bar
    finally:
        bar.close()


def close(watch: Watch) -> None:
    """Take the bar away, before a question is asked; it comes back by itself."""
    if isinstance(watch, _Bar):
        watch.close()


class _Bar:
    def __init__(self, out: Out) -> None:
        self._plain = out.colour == "never"
        self._since = clock.running()
        self._told = 0.0
        self._what = ""
        self._progress: Any = None
        self._task: Any = None

    def __call__(self, what: str, done: int, total: int | None) -> None:
        now = clock.running()
        if now - self._since < AFTER or (now - self._told < BETWEEN and what == self._what and done != total):
            return
        self._told = now
        self._progress = self._progress or self._begun()
        if what != self._what:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._what, self._task = what, self._progress.add_task(what, total=total, rows="")
        self._progress.update(self._task, completed=done, rows=_rows(done, total))

    def _begun(self) -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        rows = TextColumn("{task.fields[rows]}", markup=False)
        progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            rows,
            _rate(),
            TimeRemainingColumn(),
            console=Console(stderr=True, no_color=self._plain),
            transient=True,
            expand=True,
            refresh_per_second=REFRESHED,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        progress.start()
        return progress

    def close(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress, self._task, self._what = None, None, ""


def _rows(done: int, total: int | None) -> str:
    """`1,200 of 10,000 rows`; nothing where nobody counts."""
    of = f" of {total:,}" if total else ""
    return f"{done:,}{of} rows" if done else ""


def _rate() -> Any:
    from rich.progress import ProgressColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """Rows a second, as they come now."""

        def render(self, task: Any) -> Text:
            return Text(f"{task.speed:,.0f} a second" if task.speed else "")

    return Rate()
