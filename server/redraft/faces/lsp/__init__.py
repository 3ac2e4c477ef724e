"""The language server: Redraft for editors, over the Language Server Protocol."""
