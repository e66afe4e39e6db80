// The tests of Aggregation live in this folder.
