"""The `galleria` command: the supervisor with its embedded engines, and one file per command under `commands`."""
