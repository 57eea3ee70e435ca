"""The system user PostgreSQL runs as when we are root (it refuses to run as root)."""

import logging
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from voltward.base.errors import BadSetting

NAME = "pgserver"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SystemUser:
    """Numeric ids that the children of subprocess get; None: our own."""

    uid: int | None = None
    gid: int | None = None

    def owns(self, path: Path) -> None:
        """Hand ``path`` over to this user."""
        if self.uid is not None and self.gid is not None and path.stat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid)

    @property
    def expected_uid(self) -> int:
        return os.geteuid() if self.uid is None else self.uid

    @property
    def child(self) -> dict[str, object]:
        """Keyword arguments for subprocess that make the child this user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def system_user() -> SystemUser:
    """Ourselves, or under root the user ``pgserver``, made when missing.

    Raises:
        BadSetting: we are root and no such user can be made.
    """
    if os.geteuid() != 0:
        return SystemUser()
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _made()
    return SystemUser(entry.pw_uid, entry.pw_gid)


def _made() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BadSetting(
            f"PostgreSQL cannot run as root and the system user {NAME} cannot be made ({error}); "
            f"make it by hand or start Voltward as another user"
        ) from error
    return pwd.getpwnam(NAME)


def let_through(folder: Path, user: SystemUser) -> None:
    """Let ``user`` pass through every folder above ``folder``; listing them stays closed."""
    if user.uid is None:
        return
    for parent in folder.resolve().parents:
        status = parent.stat()
        if status.st_uid != user.uid and not status.st_mode & 0o001:
            _log.warning(
                "opening %s for passage (o+x), so that %s can reach %s", parent, NAME, folder
            )
            parent.chmod(status.st_mode | 0o001)


def let_run(programs: Path, user: SystemUser) -> None:
    """Let ``user`` run what lies in ``programs/bin``, whatever the umask at install was."""
    if user.uid is None:
        return
    let_through(programs, user)
    if (programs / "bin" / "postgres").stat().st_mode & 0o001:
        return
    for path in (programs, *programs.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | 0o044 | (mode & 0o100) // 0o100 * 0o011)
