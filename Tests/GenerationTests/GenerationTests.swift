// The tests of Generation live in this folder.
