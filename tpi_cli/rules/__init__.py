"""Ring 2: pure rules; values in, values and reasons out."""
