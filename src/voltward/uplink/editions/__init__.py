"""Both editions of GB/T 32960.3 beside each other, and frames of one made into frames of the other."""
