"""Makers of hostile input: each takes the dice and gives one input. Dice are a ``random.Random``, or hypothesis'."""
