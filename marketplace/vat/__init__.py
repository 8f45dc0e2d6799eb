"""Whether a boutique's VAT id stands in its state's register: asking, and keeping the answer with its day."""
