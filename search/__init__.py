"""Search over all boutiques: analysis, query understanding, index documents, ranking (pure) and engines (adapters).

All language work and all marketplace ranking lie above the `SearchEngine` port, so that every engine gives nearly
the same answer. This package knows no database: the hub hands it values and re-reads every hit before showing it.
"""
