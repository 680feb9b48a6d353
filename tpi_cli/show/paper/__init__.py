"""What is handed over or sent: summaries and letters, as a page to print and as plain text of the same words."""
