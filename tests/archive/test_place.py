"""Network disks and folders that a sync program copies: known by the system's own table and by their names."""

from pathlib import Path

import pytest

from crmkit.archive.journal import place
from crmkit.errors import CrmkitError

TABLE = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:5 / /proc rw - proc proc rw
40 21 0:40 / /mnt/office rw - nfs4 server:/office rw,vers=4.2
41 21 0:41 / /mnt/office/local rw - xfs /dev/sdb1 rw
42 21 0:42 / /mnt/win rw - cifs //server/share rw
43 21 0:43 / /mnt/smb rw - smb3 //server/share rw
44 21 0:44 / /home/li/drive rw - fuse.rclone remote: rw
45 21 0:45 / /mnt/two\040words rw - nfs server:/x rw
46 21 0:46 / /container rw - fuse.fuse-overlayfs fuse-overlayfs rw
47 21 0:47 / /usb rw - fuseblk /dev/sdc1 rw
48 21 0:48 / /over rw - nfs server:/y rw
49 48 8:2 / /over rw - btrfs /dev/sda2 rw
""".lstrip()


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    monkeypatch.setattr(place, "MOUNTS", table)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/mnt/office/archive", "nfs4"),
        ("/mnt/win/a/b/c", "cifs"),
        ("/mnt/smb/a", "smb3"),
        ("/home/li/drive/shop", "fuse.rclone"),
        ("/mnt/two words/shop", "nfs"),
    ],
)
def test_a_network_disk_is_refused_and_named(mounts, folder, kind):
    with pytest.raises(CrmkitError, match=rf"nothing changed: {folder} is on a network disk \({kind}\)") as refused:
        place.refuse(Path(folder), forced=False)
    assert "--force-unsafe-disk" in refused.value.hint
    place.refuse(Path(folder), forced=True)


@pytest.mark.parametrize(
    "folder", ["/srv/shop", "/mnt/office/local/shop", "/mnt/offices", "/container/x", "/usb/x", "/over/x", "/"]
)
def test_a_disk_of_this_machine_is_not(mounts, folder):
    assert place.unsafe(Path(folder)) == ""


@pytest.mark.parametrize(
    "name",
    ["OneDrive", "OneDrive - 某公司", "Dropbox", "Dropbox (Personal)", "坚果云", "我的坚果云", "Nutstore Files",
     "Mobile Documents", "GoogleDrive-li@example.com", "百度网盘", "iCloudDrive", "WPS云盘"],
)  # fmt: skip
def test_a_folder_that_a_sync_program_copies_is_refused_and_named(mounts, tmp_path, name):
    with pytest.raises(CrmkitError) as refused:
        place.refuse(tmp_path / name / "shop", forced=False)
    assert name in refused.value.message


@pytest.mark.parametrize("name", ["dropboxes", "one drive", "cloud", "坚果"])
def test_other_names_are_only_names(mounts, tmp_path, name):
    assert place.unsafe(tmp_path / name / "shop") == ""


def test_a_link_into_such_a_folder_is_seen_through(mounts, tmp_path):
    (tmp_path / "Dropbox" / "shop").mkdir(parents=True)
    (tmp_path / "shop").symlink_to(tmp_path / "Dropbox" / "shop")
    assert "Dropbox" in place.unsafe(tmp_path / "shop")


def test_where_the_system_says_nothing_only_names_count(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "MOUNTS", tmp_path / "none")
    assert place.unsafe(tmp_path / "shop") == ""
    assert "OneDrive" in place.unsafe(tmp_path / "OneDrive" / "shop")


def test_commands_there_read_but_write_only_when_told_to(crm, archive):
    synced = archive.parent / "Dropbox"
    synced.mkdir()
    there = archive.rename(synced / "shop")
    crm.fails(1, "staff", "add", "--code", "LN", CRMKIT_ARCHIVE=str(there))
    crm.fails(1, "init", synced / "other", "--branch", "BJ")
    assert crm.ok("staff", "list", "-f", "ids", CRMKIT_ARCHIVE=str(there)).out == ""
    crm.ok("staff", "add", "--code", "LN", "-n", CRMKIT_ARCHIVE=str(there))
    crm.ok("--force-unsafe-disk", "staff", "add", "--code", "LN", CRMKIT_ARCHIVE=str(there))
    crm.ok("staff", "add", "--code", "WQ", "--force-unsafe-disk", CRMKIT_ARCHIVE=str(there))
    crm.ok("staff", "add", "--code", "ZH", CRMKIT_ARCHIVE=str(there), CRMKIT_FORCE_UNSAFE_DISK="1")
    assert len(crm.ok("staff", "list", "-f", "ids", CRMKIT_ARCHIVE=str(there)).lines) == 3
