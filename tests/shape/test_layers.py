"""The shape of the house: imports run one way, the rules are pure, files stay small, everything says what it is."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import grimp
import pytest

HOUSE = Path(__file__).parent.parent.parent
PACKAGE = HOUSE / "tpi_cli"
FILES = sorted(PACKAGE.rglob("*.py"))
OURS = [path for path in FILES if "versions" not in path.parts]
"""Without the migrations, which Alembic writes."""
RULES = sorted((PACKAGE / "rules").glob("*.py"))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Every module named by an import anywhere in a file, in a function's body too."""
    out: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            out |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            out |= {f"{node.module}.{alias.name}" for alias in node.names}
    return out


def calls(path: Path) -> set[str]:
    """The last name of everything called: `now` for `datetime.now()`."""
    found = {node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    return {func.attr if isinstance(func, ast.Attribute) else func.id for func in found
            if isinstance(func, ast.Attribute | ast.Name)}  # fmt: skip


# --- rings


def test_the_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "3 kept, 0 broken" in done.stdout


def test_no_module_needs_itself() -> None:
    """No import cycle of any kind, those hidden in function bodies neither."""
    graph = grimp.build_graph("tpi_cli", cache_dir=None)
    edges = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(edges) > 80
    done: set[str] = set()
    path: list[str] = []

    def walk(module: str) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            path.append(module)
            for other in sorted(edges[module]):
                walk(other)
            done.add(path.pop())

    for module in sorted(edges):
        walk(module)


PURE = {"calendar", "collections", "dateutil", "datetime", "decimal", "difflib", "functools", "hashlib", "hmac",
        "itertools", "json", "re", "typing", "unicodedata"}  # fmt: skip
"""`functools` remembers answers: those of a pure function are the same however often it is asked."""


@pytest.mark.parametrize("path", RULES, ids=named)
def test_a_rule_needs_nothing_but_values(path: Path) -> None:
    """No clock, no files, no environment, no store: whatever decides is handed in."""
    outside = {name for name in imported(path) if not name.startswith("tpi_cli.rules")}
    assert {name.partition(".")[0] for name in outside} <= PURE
    assert (
        calls(path) & {"now", "today", "utcnow", "fromtimestamp", "open", "print", "input", "getenv", "eval"} == set()
    )


def test_there_are_rules_to_look_at() -> None:
    assert {path.stem for path in RULES} >= {"recall", "interval", "identity", "values", "checks"}


@pytest.mark.parametrize("path", [path for path in OURS if path.name != "clock.py"], ids=named)
def test_the_clock_is_read_in_one_place(path: Path) -> None:
    assert calls(path) & {"now", "utcnow", "fromtimestamp"} == set()
    assert not {"time", "time.time"} & imported(path)
    assert "date.today(" not in path.read_text(encoding="utf-8")


def test_that_place_is_the_clock() -> None:
    assert "now" in calls(PACKAGE / "clock.py")


@pytest.mark.parametrize("path", OURS, ids=named)
def test_no_date_arithmetic_in_sql(path: Path) -> None:
    """SQLite makes 31 January and a month into 3 March."""
    text = path.read_text(encoding="utf-8").lower()
    for word in ("julianday(", "current_date", "current_timestamp", "datetime('now", "date('now", "unixepoch(", "'+1 "):
        assert word not in text


@pytest.mark.parametrize("path", OURS, ids=named)
def test_click_is_typers_own_affair(path: Path) -> None:
    """Typer vendors it since 0.26, and what is vendored moves without notice."""
    names = imported(path)
    assert not {name for name in names if name.partition(".")[0] == "click" or name.startswith("typer._click")}


@pytest.mark.parametrize(
    "path", [path for path in OURS if path.parent.name in {"commands", "show", "exchange"}], ids=named
)
def test_no_command_or_report_changes_rows_itself(path: Path) -> None:
    """What changes is changed by an act, in one transaction."""
    text = path.read_text(encoding="utf-8")
    for word in ("INSERT INTO", "UPDATE ", "DELETE FROM"):
        assert word not in text


# --- names, words and sizes


@pytest.mark.parametrize("path", OURS, ids=named)
def test_a_module_is_called_after_what_it_does(path: Path) -> None:
    empty = {
        "util",
        "utils",
        "helper",
        "helpers",
        "manager",
        "managers",
        "service",
        "services",
        "base",
        "common",
        "misc",
    }
    parts = {part.removesuffix(".py") for part in path.relative_to(PACKAGE).parts}
    assert not parts & empty
    assert not {word for part in parts for word in part.split("_")} & empty


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_file_is_longer_than_five_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


def public(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """What others may use of a file: the module, its classes, functions and methods."""
    yield "the module", tree(path)
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                methods = [one for one in node.body if isinstance(one, Function) and not one.name.startswith("_")]
                yield from ((f"{node.name}.{one.name}", one) for one in methods)


@pytest.mark.parametrize("path", OURS, ids=named)
def test_everything_public_says_what_it_is(path: Path) -> None:
    silent = [name for name, node in public(path) if not ast.get_docstring(node)]  # type: ignore[arg-type]
    assert silent == []


def test_functions_are_short() -> None:
    """Median five to seven lines, nine of ten under twenty-five, as the best of our peers have it."""
    sizes = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, Function)
    ]
    assert len(sizes) > 300
    assert median(sizes) <= 8
    assert quantiles(sizes, n=10)[-1] < 25


@pytest.mark.parametrize("ring", ["commands", "show", "rules", "reference"])
def test_sql_stands_in_the_store_only(ring: str) -> None:
    """import-linter sees imports; a query in a string it does not."""
    found = [
        path.name
        for path in (HOUSE / "tpi_cli" / ring).rglob("*.py")
        if re.search(r"SELECT |PRAGMA ", path.read_text("utf-8"))
    ]
    assert found == []
