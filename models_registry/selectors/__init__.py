"""Every read worth a name. Import the module of the noun."""
