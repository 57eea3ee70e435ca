"""What each process of the platform needs, made from the settings and handed inwards as values."""
