"""Every write of exchange/."""
