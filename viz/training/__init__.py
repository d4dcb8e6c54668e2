"""What draws the network, its training and what it predicts."""
