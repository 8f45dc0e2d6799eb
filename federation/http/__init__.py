"""The protocol's endpoints: read raw bytes, verify, one service call, sign the answer."""
