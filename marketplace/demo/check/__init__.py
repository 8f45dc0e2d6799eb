"""The demo's proof: a sale through to the payouts, a race, two crashes, and every figure asked anew from the nodes."""
