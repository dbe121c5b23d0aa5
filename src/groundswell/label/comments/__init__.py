"""What people say of tasks to each other, and flags that ask somebody to look."""
