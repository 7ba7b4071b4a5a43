"""What charts say, in words: the gist that stands above the picture, and all of it for those who do not see it."""
