"""What `assistant plugin` does for authors: writes, checks, explains and packs plugins."""
