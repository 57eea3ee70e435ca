"""What is owed to the authorities: links to public platforms, proof, data quality, keys, downlink."""
