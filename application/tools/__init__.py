"""What the assistant may do in a workspace, on the use cases that everybody has."""
