"""What a company's catalogs and schedulers already know, as a rules folder to begin with."""
