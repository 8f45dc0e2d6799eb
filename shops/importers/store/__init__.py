"""What importers remember of each boutique: runs, its own choices, what its last file held, pictures to ask for."""
