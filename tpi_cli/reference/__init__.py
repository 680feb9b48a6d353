"""Ring 2: clinical knowledge as data, every row with its source and sign-off."""
