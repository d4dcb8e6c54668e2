"""What computes the network from scratch."""
