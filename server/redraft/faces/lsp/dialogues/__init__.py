"""What the editor's commands ask and tell a person: decided here, shown by the client."""
