"""Where an archive may lie: a disk whose locks and renames hold, in a folder that no other program synchronises.

Network file systems pretend to lock; a sync client copies files one by one, while they are being replaced. Reading
there is harmless; writing is refused unless the operator insists (archive/docs.md, "Where an archive may lie").
"""

import os
import re
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import _

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = ("nfs", "cifs", "smb", "afs", "ncp", "ceph", "glusterfs", "lustre", "fuse.")
LOCAL = ("fuse.fuse-overlayfs",)  # the root disk of a container without privileges
SYNCED = (
    "onedrive", "dropbox", "google drive", "googledrive", "my drive", "box sync", "icloud drive", "iclouddrive",
    "mobile documents", "com~apple~clouddocs", "nextcloud", "owncloud", "nutstore", "nutstore files", "坚果云",
    "我的坚果云", "百度网盘", "百度云同步盘", "baidusyncdisk", "baidunetdisk", "阿里云盘", "wps云盘", "wps cloud files",
    "腾讯微云", "weiyun",
)  # fmt: skip


def refuse(root: Path, *, forced: bool) -> None:
    """CrmkitError where the archive at `root` must not be written to, unless `forced`."""
    reason = "" if forced else unsafe(root)
    if reason:
        raise CrmkitError(
            _("nothing changed: {reason}").format(reason=reason),
            _("keep the archive on a disk of this machine and use `crmkit sync`; --force-unsafe-disk writes anyway"),
        )


def unsafe(root: Path) -> str:
    """Why writing at `root` could lose data, in a sentence; "" where nothing speaks against it."""
    place = Path(os.path.realpath(root))
    kind = _file_system(place)
    if kind.startswith(NETWORK) and kind not in LOCAL:
        return _("{folder} is on a network disk ({kind}), where a lock does not keep two commands apart").format(
            folder=root, kind=kind
        )
    for part in place.parts:
        if _is_synced(part):
            return _("{folder} is in {part}, whose program copies files while they are being changed").format(
                folder=root, part=part
            )
    return ""


def _is_synced(part: str) -> bool:
    # "OneDrive - 某公司" and "Dropbox (Personal)" are the same as without the name behind
    return re.split(r" ?[-(（]", part.casefold(), maxsplit=1)[0].strip() in SYNCED


def _file_system(place: Path) -> str:
    """The type of the file system that holds `place`, "" where the system does not say (Linux does)."""
    try:
        table = MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    best, kind = -1, ""
    for line in table.splitlines():
        before, _dash, after = line.partition(" - ")
        point = Path(_unescaped(before.split(" ")[4]))
        if place.is_relative_to(point) and len(point.parts) >= best:  # of two mounts on one point the later one shows
            best, kind = len(point.parts), after.partition(" ")[0]
    return kind


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text)
