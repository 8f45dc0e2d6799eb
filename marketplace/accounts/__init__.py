"""Who may act at the hub: setting the hub up and its operators."""
