"""Every read of exchange/."""
