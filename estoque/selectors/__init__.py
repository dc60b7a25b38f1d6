"""Reads of the stock: exact at every committed moment."""
