"""Use cases and the ports they need. No framework and no driver enters here."""
