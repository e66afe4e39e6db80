// The Expressions module's sources live in this folder.
