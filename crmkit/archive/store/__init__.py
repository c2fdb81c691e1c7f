"""Records in their shards: TinyDB files read strictly, the derived index over them, what a change makes of them."""
