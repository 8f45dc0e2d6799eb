"""What a person reads in an archive without any program of ours. Pure."""
