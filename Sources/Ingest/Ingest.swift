// The Ingest module's sources live in this folder.
