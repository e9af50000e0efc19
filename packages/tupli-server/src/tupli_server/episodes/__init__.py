"""Episodes: streamed in and out, found by what their headers show."""
