"""Ring 5: one file a command, words to an act or a report."""
