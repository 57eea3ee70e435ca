"""One list: declared once, it gives page, facets, export, API, saved filters and subscriptions."""
