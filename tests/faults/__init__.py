"""Faults put in on purpose, by the thousand: each script prints its count, and has a broken variant it must catch."""
