"""What people and programs meet: the command line (and, later, web, REST and bulk). Faces never import one another."""
