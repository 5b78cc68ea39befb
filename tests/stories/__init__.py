"""Golden conversations: a bug report is a story first."""
