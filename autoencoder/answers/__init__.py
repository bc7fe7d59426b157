"""Answers about a picture, in words and as a drawing."""
