"""What draws computation graphs and backpropagation."""
