"""Every query over the federation's tables, by subject. No decisions; all take part in the caller's transaction."""
