"""Promises of refusals: thresholds and bounds with a stated confidence, and the test of a guard."""
