"""What computes the geometry of layers."""
