"""Generated secrets of an installation: files of 32 random bytes, 0600, in DATA/secrets, 0700."""

from pathlib import Path

from voltward.base.vehicle_id import installation_key


def secret_folder(data: Path) -> Path:
    """DATA/secrets, made on first use and closed to everybody but its owner."""
    folder = data / "secrets"
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def secret_text(data: Path, name: str) -> str:
    """The secret ``name`` as 64 hexadecimal characters, made on first use."""
    return installation_key(secret_folder(data) / name).hex()
