// The Models module's sources live in this folder.
