"""`python -m flake8_untimed` is `untimed`."""

import os
import sys


def _is_current_folder(path: str) -> bool:
    try:
        return os.path.samefile(path or ".", ".")
    except OSError:
        return False


if __name__ == "__main__":
    # Python looks for modules in the current folder first, and a `tokenize.py` there is to be read,
    # never run. So this comes before any import but of what Python has loaded by itself.
    if _is_current_folder(sys.path[0]):
        del sys.path[0]

    from flake8_untimed.cli import main

    sys.exit(main())
