"""The compiled loops of the gateway: search, admission of plain frames, their answers."""
