"""Pure decisions about shop orders."""
