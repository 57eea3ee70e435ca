"""The API of exchange/."""
