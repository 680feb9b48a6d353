"""Which rules and tables a stored due date was worked out with.

A change to anything that can move a date or a status takes a new `RULES` (code) or `TABLES` (data); a store written
under another one is recomputed by `tpi db migrate`. A test holds `DIGEST` to the tables. Every list reads this:
it imports nothing.
"""

RULES = "rules/2"
TABLES = "tables/2026-11-26"
DATED = ("payers", "screening", "screening_values", "muscle_notes", "agents")
"""The tables that can move an eligible date or a status, or change a reason."""
DIGEST = "2276b4be1d8b32987f75a5ee5c8085e229d47e4c6dcdb6c2fc898fab7a16316f"
"""SHA-256 over the files of `DATED`, in that order."""
KNOWLEDGE = f"{RULES} {TABLES}"
"""Kept with every due date, and with the clinic once all of its dates have it."""
