// The tests of Classification live in this folder.
