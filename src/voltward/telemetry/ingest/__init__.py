"""From the journal into the store: every frame once, whatever dies on the way."""
