"""The Model Context Protocol: servers' tools in the house, the house's tools for other agents."""
