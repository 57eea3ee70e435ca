"""Where this installation keeps attachments: its data folder, or a bucket that the settings name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from voltward.base.errors import BadSetting
from voltward.base.settings import Settings
from voltward.records.attachments.s3 import Bucket, S3Storage
from voltward.records.attachments.storage import DiskStorage, Storage


def attachment_store(settings: Settings) -> Storage:
    """
    Raises:
        BadSetting: a bucket without the key that opens it, or an address that is none.
    """
    folder = settings.data / "attachments"
    if not settings.attachment_s3_bucket:
        return DiskStorage(folder)
    return _in_bucket(folder, bucket_of(settings))


def bucket_of(settings: Settings) -> Bucket:
    secret = settings.attachment_s3_secret_file
    if not settings.attachment_s3_access_key or secret is None:
        raise BadSetting(
            "attachment_s3_bucket is set; so must be attachment_s3_access_key and attachment_s3_secret_file"
        )
    try:
        text = secret.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"attachment_s3_secret_file: {error}") from error
    return Bucket(
        name=settings.attachment_s3_bucket, access_key=settings.attachment_s3_access_key,
        secret_key=text, region=settings.attachment_s3_region,
        endpoint=settings.attachment_s3_endpoint,
        prefix=settings.attachment_s3_prefix.strip("/"), certificates=settings.attachment_s3_ca,
    )  # fmt: skip


@lru_cache(maxsize=4)  # a changed secret is another bucket: rotation needs no restart
def _in_bucket(folder: Path, bucket: Bucket) -> S3Storage:
    return S3Storage(folder, bucket)
