"""Finding things by their words and by their meaning: what is kept of a text, and how two lists of finds become one."""
