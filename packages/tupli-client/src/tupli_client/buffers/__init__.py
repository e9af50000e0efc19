"""What grows while an episode is recorded: columns in the form of a space, infos, and what there is to warn of."""
