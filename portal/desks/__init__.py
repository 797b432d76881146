"""First pages of the desks that no mechanism fills yet: a bureau's, finance's, of who is named in person."""
