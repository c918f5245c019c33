"""`python -m flake8_untimed` is `untimed`."""

import sys

from flake8_untimed.cli import main

if __name__ == "__main__":
    sys.exit(main())
