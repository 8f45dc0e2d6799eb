"""Pure decisions about stock and holds."""
