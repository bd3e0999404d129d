"""Forecast: many cases run through a draft and the version in force, months ahead in seconds. Nothing is stored."""
