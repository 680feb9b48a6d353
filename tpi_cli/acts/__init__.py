"""Ring 4: one verb a file, each in one transaction."""
