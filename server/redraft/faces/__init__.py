"""The faces: what people and programs talk to. Each translates to and from the commands."""
