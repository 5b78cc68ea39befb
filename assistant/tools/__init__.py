"""Typed functions the brain may call: declaration and dispatch."""
