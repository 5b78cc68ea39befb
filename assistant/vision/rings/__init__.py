"""The ring process: the last seconds of every camera as encoded packets, and what is cut from them."""
