"""The pages of exchange/."""
