"""Redraft: Copy-on-Write writing sessions for a folder of documents."""

__version__ = "0.1.0"
