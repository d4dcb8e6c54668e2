"""What computes computation graphs and backpropagation."""
