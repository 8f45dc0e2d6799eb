"""On what terms the hub sells for boutiques: commission rules, their history, VAT on the commission."""
