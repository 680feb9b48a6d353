"""Which rules and tables a stored due date was worked out with.

A change to anything that can move a date or a status takes a new `RULES` (code) or `TABLES` (data); a store written
under another one is recomputed by `tpi db migrate`. A test holds `DIGEST` to the tables. Every list reads this:
it imports nothing.
"""

RULES = "rules/3"
TABLES = "tables/2026-11-27b"
DATED = ("payers", "screening", "screening_values", "muscle_notes", "agents", "contact")
"""The tables that can move an eligible date or a status, or change a reason."""
DIGEST = "80891449d75826796108651a26eae228dca41aba4a5c414e8a197e6bd2304c72"
"""SHA-256 over the files of `DATED`, in that order."""
KNOWLEDGE = f"{RULES} {TABLES}"
"""Kept with every due date, and with the clinic once all of its dates have it."""
