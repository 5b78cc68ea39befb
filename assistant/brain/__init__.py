"""The embedded brain: a local server on the Gemini Live wire; it hears, understands and speaks."""
