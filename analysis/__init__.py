"""Tables become answers: role sessions, streaming sessions, and who made each call."""
