"""Ring 3: everything that knows there is a database."""
