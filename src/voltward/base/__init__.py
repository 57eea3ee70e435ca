"""Units, clock, VIN, errors and typed settings. Imports nothing else of Voltward."""
