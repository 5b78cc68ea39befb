"""The session over google-genai."""
