"""The process that `crmkit` and `python -m crmkit` start."""

import gc
import os
import sys

# objects, in place of 700: nine of the 127 ms of a `lead add`; with 50,000 `due` would look for garbage once, for 7 ms
GARBAGE_THRESHOLD = 200_000


def main() -> None:
    """Run the command line and leave the process.

    Everything is closed and flushed by then, and to take the interpreter down would only cost: 15 to 20 ms of
    `--version`, a fifth of it.
    """
    gc.set_threshold(GARBAGE_THRESHOLD)
    if "_CRMKIT_COMPLETE" in os.environ:
        from crmkit import completing

        completing.main()
        os._exit(0)
    from crmkit import cli

    try:
        cli.main()
    except SystemExit as ended:
        if isinstance(ended.code, int) and "coverage" not in sys.modules:  # which writes its lines down at the end
            os._exit(ended.code)
        raise


if __name__ == "__main__":
    main()
