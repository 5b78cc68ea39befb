"""What the house sees and shows: camera clips and pictures. PyAV has a process of its own."""
