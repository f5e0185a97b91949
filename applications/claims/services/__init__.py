"""What can be done to claims. Each module holds one kind of deed."""
