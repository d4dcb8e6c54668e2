"""What asks and explains the network from scratch."""
