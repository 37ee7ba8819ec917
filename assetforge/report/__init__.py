"""One self-contained HTML page of a project: what came out, what it was made from, and how near it is to that."""
