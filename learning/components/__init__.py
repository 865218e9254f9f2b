"""Rasa pipeline components of our own."""
