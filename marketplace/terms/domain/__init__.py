"""Commission rules and the terms of one piece, as pure values."""
