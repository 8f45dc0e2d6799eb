"""Every query on orders, by what it is about; decisions belong to the services beside."""
