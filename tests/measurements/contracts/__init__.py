"""Contracts of other people's tables, asked of later rows of the same tables."""
