"""Facts and rules: events, states, `evolve` and decisions. No clock, no network, no store; msgspec is the one library."""
