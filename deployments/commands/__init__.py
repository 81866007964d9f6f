"""The subcommands of `zhiyong`, by what they are about."""
