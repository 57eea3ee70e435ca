"""Django settings, urls, commands and processes: the only room that knows all the others."""
