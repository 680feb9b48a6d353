"""`python -m tpi_cli`."""

from tpi_cli.main import process

process()
