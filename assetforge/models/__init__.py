"""The priors that draw and complete sprites."""
