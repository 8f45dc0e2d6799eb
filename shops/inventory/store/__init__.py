"""The rows of stock and holds; every function takes the boutique whose rows it touches."""
