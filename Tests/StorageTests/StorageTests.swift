// The tests of Storage live in this folder.
