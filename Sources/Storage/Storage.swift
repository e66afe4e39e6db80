// The Storage module's sources live in this folder.
