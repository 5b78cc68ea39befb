"""A real daemon in a real home, and what befalls it: fault by fault, or thousands of turns in a storm."""
