"""Links to public platforms: what each one is owed, sent, and answered. Never a memory queue."""
