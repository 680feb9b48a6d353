"""One SQL text and one row type a report, over the DB-API only."""
