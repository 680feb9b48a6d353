"""Where the files of the sample clinic are, and the schemas of every kind of file beside them."""

import os


def folder() -> str:
    """Where the sample files are: inside an installed package, beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "sample_data")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "sample_data")
