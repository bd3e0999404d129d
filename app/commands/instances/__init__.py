"""Cases: their start, their timers, the messages to them."""
