"""Reads of billing over more than one row."""
