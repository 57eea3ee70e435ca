"""Django's PostgreSQL backend with ``records.wall`` on every connection."""
