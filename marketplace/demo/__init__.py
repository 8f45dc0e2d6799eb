"""The demo: a hub, shop nodes and boutiques on one machine, and the check that everything adds up."""
