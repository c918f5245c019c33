"""Finds HTTP calls in Python that can hang or talk to the wrong server."""

__version__ = "0.1.0"
