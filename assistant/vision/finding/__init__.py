"""Cameras that nobody has configured yet: ONVIF's search of the network, and what each says of itself."""
