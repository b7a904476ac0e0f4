"""The index of search: what is kept of documents, the projection that keeps it, and what is looked up in it."""
