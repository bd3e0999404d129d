"""A bounded search of the states that a case may come to, before anybody walks."""
