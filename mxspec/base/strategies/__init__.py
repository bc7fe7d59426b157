"""Hypothesis at arm's length: strategies of ordinary values, samples of them, and trials."""
