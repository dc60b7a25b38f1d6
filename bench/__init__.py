"""`make bench`: every claim of speed beside its baseline, in one run, on one database."""
