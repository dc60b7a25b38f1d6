"""The zero-set-up environment of `make run`: one machine, demo data, plain HTTP on loopback."""

from config.settings.base import *  # noqa: F403

# Nothing is collected here: the finders serve the files where they lie.
STATIC_ROOT = None
