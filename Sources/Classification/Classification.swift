// The Classification module's sources live in this folder.
