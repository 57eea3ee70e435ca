"""The English catalogue: collected from the sources, kept as .po, compiled to .mo."""
