"""What draws the geometry of layers."""
