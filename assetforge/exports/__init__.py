"""What a sheet becomes in the game project, one file per engine."""
