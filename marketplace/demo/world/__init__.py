"""The demo's world: twelve invented boutiques in real towns, their pieces, and the drawn plates that show them."""
