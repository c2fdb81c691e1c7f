"""How many small changes to the code the tests notice."""
