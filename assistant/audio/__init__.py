"""Ears and mouth, as a process of their own."""
