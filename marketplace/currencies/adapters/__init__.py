"""Where rates come from: the European Central Bank's daily file, or a table in a file of our own."""
