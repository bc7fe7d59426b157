"""Commands that measure; README.md lists them with the pages of their figures. Nothing here is a test."""
