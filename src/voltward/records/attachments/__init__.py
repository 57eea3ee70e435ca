"""The files themselves: where their bytes lie, which kinds are let in, and who scans them."""
