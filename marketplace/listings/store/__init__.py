"""Every query on listings, by what it is about; decisions belong to `records`, `service` and `indexer`."""
