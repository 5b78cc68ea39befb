"""Pages for browsers in the house: the dashboard, health, metrics."""
