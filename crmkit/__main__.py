"""The process that `crmkit` and `python -m crmkit` start."""

import gc

GARBAGE_THRESHOLD = 50_000  # objects; a hundred thousand records hold no cycles, and to look for some took a sixth more


def main() -> None:
    """Run the command line; set before all else is imported, the threshold saves a tenth of a command's start too."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    from crmkit import cli

    cli.main()


if __name__ == "__main__":
    main()
