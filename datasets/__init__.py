"""What is labelled: datasets, items, annotations, ontologies, test sets and the query language over them."""
