"""What computes tensors: types, slices, batches, real-world data."""
