"""What joins the ports to the world: files, clock, randomness, keys on disk, the staff register."""
