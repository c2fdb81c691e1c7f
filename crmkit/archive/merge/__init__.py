"""Three-way merge of records and whole archives: pure, the same whichever side is called ours."""
