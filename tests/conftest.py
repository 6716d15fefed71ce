"""Fixtures that many tests share; those of the databases live in `databases`."""

import os

pytest_plugins = ["tests.catalogues", "tests.conversations", "tests.databases"]

# As `build_bot` does at the start of every bot: in whatever order tests are run, a pause is a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "1")
