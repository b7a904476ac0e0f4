"""Facts and rules: events, states, `evolve` and decisions. Standard library and msgspec only; no clock, no network, no store."""
