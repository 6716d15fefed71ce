"""The whole program under faults: kills, a bad network, and load for hours. See `python -m tests.faults.chaos -h`."""
