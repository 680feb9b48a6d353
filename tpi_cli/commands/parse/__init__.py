"""The grammars of the command line: strict, nothing guessed, every refusal with a caret and a hint."""
