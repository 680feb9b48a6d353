"""Stores on real PostgreSQL servers: clusters of the tests' own on the loopback, stopped at the end."""
