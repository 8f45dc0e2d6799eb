"""The archive with which a party leaves a node: its form, its checks, its sealed key. Reads and writes no database."""
