"""The command line, where `mxspec` is not on the path.

$ python -m mxspec --help
"""

import sys

from mxspec.command_line.main import main

if __name__ == "__main__":
    sys.exit(main())
