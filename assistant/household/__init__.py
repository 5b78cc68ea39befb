"""The assistant as a thing in its owner's home: what it announces, and what may be asked of it there."""
