"""What asks and explains tensors: types, slices, batches, real-world data."""
