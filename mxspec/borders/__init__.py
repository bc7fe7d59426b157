"""The borders of specs: the constants that they name, their neighbours, and values with another part."""
