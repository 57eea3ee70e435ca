"""Sessions as pure state machines, the uvloop server round them, and the registry they ask."""
