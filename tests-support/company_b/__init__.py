"""A package of somebody else's, for tests of what happens before and after somebody trusts it."""
