"""What records/ answers programs beside its lists."""
