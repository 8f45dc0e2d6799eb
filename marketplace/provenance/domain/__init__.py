"""Reading shown pages and comparing them with signed records. Pure."""
