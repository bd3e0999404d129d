"""How the installation is, and what is set for it."""
