"""What draws tensors: types, slices, batches, real-world data."""
