"""Writing proposals: the list, the form, and what the workflow lets one do with them."""
