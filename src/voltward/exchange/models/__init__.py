"""The records of exchange/."""
