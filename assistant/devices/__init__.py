"""Devices that are described instead of programmed: what a source finds, and the verbs it gets for it."""
