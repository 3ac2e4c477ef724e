"""``redraft init``: the one command that writes a project's own files on purpose."""
