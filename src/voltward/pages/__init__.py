"""The design system: base templates, one-list and detail patterns, registries. Knows no record."""
