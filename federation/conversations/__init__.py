"""What two parties say to each other: the wire forms and the life cycles they move through. Pure."""
