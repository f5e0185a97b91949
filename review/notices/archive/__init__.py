"""What is kept of a claim for ever: a package that can be read and checked without the portal (GB/T 42727-2023)."""
