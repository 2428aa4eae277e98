"""notify: who must be told what, by which way, and whether it reached them."""
