"""Numbers in groups of three, as technical Chinese writes them (Django groups by four)."""

THOUSAND_SEPARATOR = ","
DECIMAL_SEPARATOR = "."
NUMBER_GROUPING = 3
