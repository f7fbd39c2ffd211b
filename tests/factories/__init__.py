"""The smallest valid row of every kind. A test states each value that it asserts."""
