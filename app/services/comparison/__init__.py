"""What differs between two versions of a process, told in words: nothing that differs goes unmentioned."""
