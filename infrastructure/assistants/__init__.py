"""Who answers in threads."""
