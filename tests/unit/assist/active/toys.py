import numpy as np

from groundswell.assist.active import Pool

NOTHING = np.zeros(0, np.intp)


def clumps(sizes, seed=0):
    """Points around (0, 0), (10, 0), (0, 10), ..., and the clump of each."""
    rng = np.random.default_rng(seed)
    centres = np.array([[0, 0], [10, 0], [0, 10], [10, 10]], float)[: len(sizes)]
    clump = np.repeat(np.arange(len(sizes)), sizes)
    return centres[clump] + 0.5 * rng.standard_normal((len(clump), 2)), clump


def cold(features):
    return Pool(np.asarray(features, float), None, NOTHING, NOTHING)


def warm(seed=0, n=60, d=3, k=3, labelled=12):
    """A pool of random numbers with a model: no two rows alike."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, d))
    probability = rng.dirichlet(np.ones(k), n)
    chosen = rng.permutation(n)[:labelled]
    return Pool(features, probability, chosen, (features[chosen] @ np.ones(d) > 0).astype(int))
