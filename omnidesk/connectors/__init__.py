"""Connectors: the code for each kind of channel. `base` is the interface, then one module or package a kind."""
