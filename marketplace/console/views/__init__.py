"""Page values of the console, one file per subject. Pure: rows and `now` come in, what a template shows goes out."""
