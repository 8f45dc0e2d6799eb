"""Every query over the federation's tables in PostgreSQL, by subject: the ports' first adapter."""
