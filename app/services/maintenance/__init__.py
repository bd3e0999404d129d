"""The installation: migrations, backup, restore, demo data, clean-up."""
