"""Ring 4: rows to stdout, in the form a person or a program asked for."""
