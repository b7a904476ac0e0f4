"""Who works out the vectors of texts."""
