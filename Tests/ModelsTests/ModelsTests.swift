// The tests of Models live in this folder.
