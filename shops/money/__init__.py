"""What a boutique knows of its money at its hubs: its orders' stories, and copies of what each hub last told."""
