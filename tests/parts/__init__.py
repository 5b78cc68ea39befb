"""Test parts: small real things (firmware actors, a fault proxy, a voice) that tests are made of."""
