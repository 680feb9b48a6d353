"""Ring 4: other systems' shapes, CSV and plain copies of the store."""
