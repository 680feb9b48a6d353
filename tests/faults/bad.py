"""The bad values, by kind: what is no text, no number, no day, no file, and what comes close to being one."""

HUGE = "x" * 100_000
TEXTS = [
    "", " ", "\t", "\n", "-", "--", "---", "-x", ".", "..", ",", ";", ":", "=", "==", "a=", "=a", "@", "/", "\\", "'",
    '"', "%", "%s", "%n%n%n", "{}", "{0}", "{0.__class__.__mro__}", "{name!r:>99999999}", "$(id)", "`id`", "${HOME}",
    "~", "~root", "'; DROP TABLE patient; --", "1 OR 1=1", "NULL", "None", "null", "true", "nan", "inf", "[red]",
    ":skull:", "<x>", "*", "?", HUGE, "9" * 5000, "-" + "9" * 5000, "9" * 100_000, "0." + "0" * 5000 + "1",
    "a " * 5000, "," * 5000, "(" * 5000, "[" * 5000, "x\x00y", "\x00", "\x1b[2J", "\x07", "\x85", "\u2028", "\u202e",
    "\u200b", "\ufeff", "\U0010ffff", "\U000e0001", "e\u0301" * 50, "\udcff", "x\udc80y", "\udcff" * 300, "é", "ß",
    "İ", "ﬁ", "王秀英", "🙂", "٣", "۷", "७", "²", "½", "Ⅷ", "１２", "௧",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "+0", "-1", "+1", "1", "00", "01", "0x10", "0b1", "1_000", "1,5", "1.5", "1.", ".5", "1e3", "1e400",
    "-1e400", "1e-400", "NaN", "Infinity", "-inf", "1e99999999", "2147483648", "9223372036854775808",
    "18446744073709551616", "-9223372036854775809", "1/0", "1e", "1%", "100%", "101", "1 2", "٣", "１", "9" * 19,
    "9" * 400, "0.1" + "0" * 400, "--1", "1-", "∞",
]  # fmt: skip
DAYS = [
    "0000-00-00", "0000-01-01", "0001-01-01", "1899-12-31", "1900-02-29", "2026-02-30", "2026-13-01", "2026-00-10",
    "2199-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "99999-12-31", "-2026-01-01", "+2026-01-01", "2026-1-1",
    "20260101", "2026-W01-1", "2026-001", "2026-01-01T00:00", "2026-01-01 25:00", "2026-01-01 24:00",
    "2026-01-01 9:60", "31 apr", "30 feb 2026", "29 feb", "1 jan 9999", "mon tue", "last", "next", "in", "ago",
    "in ago", "in 999999999999999y", "999999y", "9999y", "9999y ago", "-6w", "0d", "1e9d", "9" * 5000 + "w",
    "in " + "9" * 30 + " weeks", "６w", "٣w", "6w6w", "2026-01-01..", "..2026-01-01", "2026-01-01..2025-01-01",
    "0001-01..9999-12", "2026-01..2026-13", "..", "...", "1..2..3", "now", "never", "none", "2026-11-23 1:30",
    "2027-03-28 1:30", "99:99", "24:00", "-1:00", "7", "mon-", "mon-mon-mon", "8-9", "today 25h",
    "2026-12-24 10:00+99:99", "2026-12-24 10:00Z",
]  # fmt: skip
ITEMS = [
    "ut", "l", "ut l", "dry", "ut l dry", "ut l,", ",ut l dry", "ut l ut l ut l", "ut l lido", "ut l lido 1%",
    "ut l lido 1% 0ml", "ut l lido 1% -1ml", "ut l lido 1% 1e400ml", "ut l lido 1% " + "9" * 5000 + "ml",
    "ut l lido nan% 1ml", "ut l lido 1% 1ml each", "ut l lido 1% 1ml + + lido", "ut l lido 1% 1ml +",
    "ut both lido 1% 1ml", "ut l lido 101% 1ml", "ut l x0 dry", "ut l x999 dry", "ut l lido 1% epi 1:0 1ml",
    "ut l botox 1e9units", ", ".join(["ut l lido 1% 1ml"] * 300), "ut l " * 900, "+".join(["lido 1% 1ml"] * 400),
    "ut l, " * 600 + "dry", "mid mid", "ut 左", "0 0 0", "1% 1% 1%", "ut l lido 1% 0.0000000001ml",
    "ut l lido 0.00001% 1ml total", "gm r lido 1% 1ml" + " " * 3000, "ut l lido 1% 1ml x3", "'ut l' \"lido\"",
    "ut\tl\tlido\t1%\t1ml", "UT L LIDO 1% 1ML",
]  # fmt: skip
FILES = [
    "folder", "loop", "full", "zero", "null", "dangling", "none/x", "full/x", "x" * 300, "a/" * 3000 + "x",
    "dev/null/x", "plain.csv", "empty", "sparse", "plain.csv/", "./", "..", "file\nname", "file\x1b[31m",
    "file\udcff", "-", "--", "=x", "%s",
]  # fmt: skip
"""All of them lie in the folder of the trial; `full`, `zero` and `null` are links to the devices."""
SIMPLE = [
    "PT-0000", "PT-9999999999", "PT-0001 ", "pt1", "0", "-1", "1.0", "mrn:", "mrn:" + HUGE, "S-0000", "S-ZZZZZZZZ",
    "S-", "A-0000", "A-01RJ", "0018", "S-0018", "clash=", "clash=x", "=x", "anticoagulant=", "a=b=c", "lido=",
    "lido=@", "lido=x@0000-00-00", "lido=x@9999-12-31", "other:", ":x", "other:" + HUGE, "site", "ut l", "1", "99",
    "9" * 30, "fraction=nan", "fraction=1e400", "fraction=-1", "days=1e9", "all", "due,due", "due,", ",", "table",
    "json", "none", "names", "auto", "always", "UTC", "Europe/London", "../../etc/passwd", "Etc/GMT+25", "/etc/passwd",
    "clinic.zone", "recall.overdue", "db", "demo", "sqlite:///x", "postgresql://x/y", "bash", "csv", "add", "list",
    "block",
]  # fmt: skip
"""Values that come close."""
HEADS = [
    "0:a3f09c1e22b46d70", "1:a3f09c1e22b46d70", "-1:a3f09c1e22b46d70", "1:", ":a3f09c1e22b46d70", "1:A3F09C1E22B46D70",
    "1:a3f0", "1:a3f09c1e22b46d7g", "9" * 18 + ":a3f09c1e22b46d70", "9" * 5000 + ":a3f09c1e22b46d70",
    "1:" + "a" * 5000, "1:a3f09c1e22b46d70:", "١:a3f09c1e22b46d70", "1 a3f09c1e22b46d70",
]  # fmt: skip
"""Heads of a log."""
ANYTHING = [*TEXTS, *NUMBERS, *DAYS, *ITEMS, *SIMPLE, *HEADS]

KINDS: dict[str, list[str]] = {
    "DATE": DAYS, "WHEN": DAYS, "RANGE": DAYS, "INTERVAL": DAYS, "BORN": DAYS, "LENGTH": [*DAYS, *NUMBERS],
    "ZONE": SIMPLE, "HH:MM": DAYS, "DAYS": DAYS, "N": NUMBERS, "PCT": NUMBERS, "KG": NUMBERS, "CM": NUMBERS,
    "NUMBER": NUMBERS, "PAIN": NUMBERS, "7:3": NUMBERS, "ITEMS": ITEMS, "SITE": ITEMS, "STRENGTH": NUMBERS,
    "FILE": FILES, "PATH": FILES, "NAME=NUMBER": SIMPLE, "AGENT MASS": ITEMS, "HEAD": HEADS,
}  # fmt: skip
"""By a word of the metavar; half of the values come from here, the others from anywhere."""
