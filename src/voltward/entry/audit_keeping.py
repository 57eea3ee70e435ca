"""How this installation keeps its audit chain, from the settings; the signing key is made on first use."""

from pathlib import Path

from voltward.base.settings import Settings
from voltward.base.vehicle_id import installation_key
from voltward.records.audit_keeping import Keeping

SIGNING_KEY = "audit_signing.key"  # 32 bytes: the seed of an Ed25519 key (RFC 8032 5.1.5)


def checkpoint_folder(settings: Settings) -> Path:
    return settings.data / "audit" / "checkpoints"


def keeping_of(settings: Settings) -> Keeping:
    outside = settings.audit_checkpoint_folder
    return Keeping(
        algorithm=settings.audit_hash,
        folders=(checkpoint_folder(settings), *([outside] if outside else [])),
        every_s=settings.audit_checkpoint_s,
        every_rows=settings.audit_checkpoint_rows,
        seed=lambda: installation_key(_key_folder(settings.data) / SIGNING_KEY),
    )


def _key_folder(data: Path) -> Path:
    """DATA/keys, closed to everybody but its owner."""
    folder = data / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder
