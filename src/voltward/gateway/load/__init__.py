"""Load for the gateway's benchmark and its long tests: a client that costs little."""
