// The Aggregation module's sources live in this folder.
