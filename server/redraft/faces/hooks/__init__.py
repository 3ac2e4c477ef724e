"""The hook protocol of coding agents: their own file tools are led into the session."""
