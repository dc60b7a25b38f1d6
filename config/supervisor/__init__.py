"""`make run` and `make dev`: the whole product on one machine, under one Ctrl-C."""
