"""One file per noun: read arguments, load, ask core, commit, render."""
