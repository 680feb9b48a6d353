"""What goes wrong on purpose: scripts that count what is lost and what is found, each with a variant it must catch."""
