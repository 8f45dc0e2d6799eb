"""What a page shows against what its boutique signed: for the hub's own pages, and for anyone who checks a hub."""
