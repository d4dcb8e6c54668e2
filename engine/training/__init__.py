"""What computes the network, its training and what it predicts."""
