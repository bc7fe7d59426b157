"""Promises and thresholds, on simulated and real answers: how often they are kept."""
