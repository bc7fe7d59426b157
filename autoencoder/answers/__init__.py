"""Answers about a picture, in words and as a picture drawn again."""
