"""Who is behind a request: passwords, tokens, and the actor that every handler is given."""
