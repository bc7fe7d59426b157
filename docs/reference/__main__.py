"""Write all that docstrings say of names a second time: the subjects, and the page of all names.

$ python -m docs.reference
"""

from docs.reference import faces

if __name__ == "__main__":
    faces.write()
    from docs.reference import api  # which imports mxspec, with the names as they now are

    api.write()
