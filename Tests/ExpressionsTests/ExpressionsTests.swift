// The tests of Expressions live in this folder.
