"""Datasets: frozen, citable lists of episodes."""
