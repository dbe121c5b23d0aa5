"""How a pipeline is run: as tasks over parts of the data, in one process, in several or on a cluster."""
