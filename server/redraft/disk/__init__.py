"""The disk ring: the only place that makes the file system's dangerous calls.

Nothing here knows what a session is. Every function takes an open folder and a name relative to
it, so that a folder renamed meanwhile stays the folder that was meant.
"""
