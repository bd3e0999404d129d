"""How the installation is, and what an administrator sets for it."""
