"""Fixtures that many tests share; those of the databases live in `databases`."""

pytest_plugins = ["tests.catalogues", "tests.conversations", "tests.databases"]
