"""What a dataset asks a storage for, what it finds, and which steps of that it selects."""
