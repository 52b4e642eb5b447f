"""`python -m roletrail` is the command `roletrail`."""

import sys

from roletrail.cli import main

if __name__ == "__main__":
    sys.exit(main())
