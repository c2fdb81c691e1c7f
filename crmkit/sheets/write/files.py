"""Files handed to people: complete or not there at all, readable by their owner only, never overwritten unasked."""

import os
from pathlib import Path

from crmkit import scratch
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import _
from crmkit.interrupts import made


def check_target(path: Path, suffix: str, *, force: bool) -> None:
    """InvalidError where `path` does not end in `suffix`, is there already without `force`, or has no folder."""
    if path.suffix.lower() != suffix:
        raise InvalidError(
            _("{file} does not end in {suffix}").format(file=path, suffix=suffix),
            _("name it for example {file}").format(file=path.with_suffix(suffix).name),
        )
    if path.is_dir():
        raise InvalidError(_("{file} is a folder").format(file=path))
    if path.exists() and not path.is_file():
        raise InvalidError(_("{file} is not a regular file").format(file=path))
    if path.exists() and not force:
        raise InvalidError(_("{file} is there already").format(file=path), _("overwrite it with --force"))
    if not path.parent.is_dir():
        raise InvalidError(_("there is no folder {folder}").format(folder=path.parent))


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step (mode 0600): a reader sees the old file or the whole new one.

    Raises CrmkitError where the disk refuses; nothing is left behind then.
    """
    try:
        with scratch.file(path.parent) as temporary:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
    except OSError as error:
        raise CrmkitError(
            _("{file} cannot be written: {problem}").format(file=path, problem=error.strerror),
            _("is the disk full, read-only, or another user's?"),
        ) from None
    made(_("{file} is written").format(file=path))
