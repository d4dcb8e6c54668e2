"""What asks and explains computation graphs and backpropagation."""
