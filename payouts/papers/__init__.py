"""How papers look: the words of each language, and the documents drawn as PDF from what was issued."""
