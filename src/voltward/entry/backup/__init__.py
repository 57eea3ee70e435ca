"""Backup and restore of one installation: files by hash, the office database by its own dump, counts compared."""
