"""Which rules and tables a stored due date was worked out with.

A change to anything that can move a date or a status takes a new `RULES` (code) or `TABLES` (data); a store written
under another one is recomputed by `tpi db migrate`. A test holds `DIGEST` to the tables. Every list reads this:
it imports nothing.
"""

RULES = "rules/3"
TABLES = "tables/2026-11-27"
DATED = ("payers", "screening", "screening_values", "muscle_notes", "agents", "contact")
"""The tables that can move an eligible date or a status, or change a reason."""
DIGEST = "a0111b724adeb6610fee0ee8ab37c9bcf27d93deaa693a714f9565c977d08202"
"""SHA-256 over the files of `DATED`, in that order."""
KNOWLEDGE = f"{RULES} {TABLES}"
"""Kept with every due date, and with the clinic once all of its dates have it."""
