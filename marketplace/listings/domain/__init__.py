"""Pure decisions of listings: reading records, telling freshness, choosing what a shopper may see."""
