"""Work orders: jobs that lie together are one visit, and visits are routed for crews."""
