"""The ``voltward`` command. Each file holds a few related subcommands; heavy rooms are imported inside them."""
