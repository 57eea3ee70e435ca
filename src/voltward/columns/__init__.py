"""Batches of frames as typed arrays and Arrow tables, one column per field."""
