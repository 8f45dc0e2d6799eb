"""One file per command of `galleria`; each holds one click command (or group) and leaves the work to services."""
