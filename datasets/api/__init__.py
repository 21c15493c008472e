"""REST of datasets: datasets, ontologies, items and their bytes, annotations, uploads, test sets."""
