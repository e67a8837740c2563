"""The views, by whose work they are: home, cases, letters, decide, protection, sending, office."""
