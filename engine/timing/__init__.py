"""What computes measuring time."""
