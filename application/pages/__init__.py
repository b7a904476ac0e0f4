"""What can be done with pages: one module for the tree and the metadata, one for the text, and what both stand on."""
