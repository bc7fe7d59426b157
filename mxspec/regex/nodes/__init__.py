"""The terms of a regex: a kind of node a file, with how it matches, explains, unforms and makes examples."""
