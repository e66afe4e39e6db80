// The Generation module's sources live in this folder.
