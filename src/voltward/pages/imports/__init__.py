"""One import for all kinds of records: their declaration, reading files, checking cells, words."""
