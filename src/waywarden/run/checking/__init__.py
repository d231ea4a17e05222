"""The check page as a job: minutes at random, silhouettes, and what comes of counting on them."""
