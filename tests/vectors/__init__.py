"""Test vectors of the protocol, made by the code they document: `docs/protocol/vectors/*.json`."""
