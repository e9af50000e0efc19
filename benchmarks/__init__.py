"""The commands that produce the published figures."""
