"""Pages: Markdown with a place in a tree, a status and properties."""
