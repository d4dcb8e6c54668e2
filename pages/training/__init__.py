"""What asks and explains the network, its training and what it predicts."""
