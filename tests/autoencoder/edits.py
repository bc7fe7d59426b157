"""Damage to files, for tests of what reads them."""

import json


def edited(change):
    """Return a function that changes what a JSON file holds, given its path."""

    def edit(path):
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return edit
