"""All writes of `nucleo`."""
