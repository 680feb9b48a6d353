"""FHIR R4 (4.0.1) in plain dictionaries: what leaves, what comes in, and our own records in full."""
