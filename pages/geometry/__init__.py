"""What asks and explains the geometry of layers."""
