"""What the tests across packages share. The fixtures of a real MongoDB come from ``tests-support/real_mongodb``."""
