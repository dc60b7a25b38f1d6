"""The zero-set-up environment of `make run`: one machine, demo data, plain HTTP on loopback."""

from config.settings.base import *  # noqa: F403
