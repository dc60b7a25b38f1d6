"""Thin views: read the body, call one service or selector, answer."""
