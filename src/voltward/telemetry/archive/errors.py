"""What can go wrong with the archive, each with a stable code."""

from voltward.base.errors import BadInput


class ArchiveDamaged(BadInput):
    """An archived file is not what its manifest says; the text names it."""

    code = "archive_damaged"


class ManifestDamaged(ArchiveDamaged):
    """A manifest is not what the archive wrote: its files can no longer be read by their names."""

    code = "manifest_damaged"
