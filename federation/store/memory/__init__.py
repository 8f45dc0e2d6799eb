"""The federation's rows in memory, by subject: the ports' second adapter, for simulations and for judging nodes."""
