// The tests of Ingest live in this folder.
