"""What looking at everything costs: `python -m tests.scale.verify --db big.db`.

`tpi verify`, a whole process: every record, every hash of the log, every due date worked out anew. Prints seconds by
the clock and of the processor, and the most memory; exits 1 where it finds anything, for a store that was just made is
sound.
"""

import argparse
import sys
import tempfile

from tests.scale.engines import place_of
from tests.scale.imports import run
from tests.scale.startup import TPI


def main() -> int:
    """Print the line; SystemExit where the store is not sound."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale.verify", description=__doc__)
    parser.add_argument("--db", required=True)
    place = place_of(parser.parse_args().db)
    with tempfile.TemporaryDirectory() as home:
        spent = run((*TPI, "--db", place.path, "--key-file", place.key_path, "verify"), home)
    sys.stdout.write(
        f"verify: {spent.clock:,.0f} s, {spent.processor:,.0f} s of the processor, {spent.memory:.0f} MB\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
