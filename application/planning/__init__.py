"""What is done with planning's entities: orders that change them, and reads that show them with what belongs to them."""
