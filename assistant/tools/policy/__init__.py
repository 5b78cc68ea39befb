"""Who may have what done: the user's own words, foreign words, consent (docs/decisions/0019)."""
