"""The command ring: every command declared once, validated, carried out and described."""
