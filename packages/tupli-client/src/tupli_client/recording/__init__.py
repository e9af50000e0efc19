"""What the wrappers of one environment and of many share: from the answer of ``env.step`` to an episode in a storage."""
