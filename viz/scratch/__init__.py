"""What draws the network from scratch."""
