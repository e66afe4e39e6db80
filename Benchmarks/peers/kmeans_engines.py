"""One k-means contender in a process of its own: prints seconds of each repeat, inertia and iterations as JSON.

usage: kmeans_engines.py NAME POINTS ROWS COLUMNS CENTROIDS CLUSTERS ITERATIONS REPEATS

Names: scikit-learn-lloyd, scikit-learn-elkan, scikit-learn-intelex, faiss. The files are raw Float: the points
column by column, the centroids one after the other. Loading and turning the points to rows is not timed.
"""

import json
import sys
import time

import numpy as np


def points_and_centroids(points, rows, columns, centroids, clusters):
    x = np.fromfile(points, dtype=np.float32).reshape(columns, rows).T.copy()
    return x, np.fromfile(centroids, dtype=np.float32).reshape(clusters, columns)


def times():
    return np.array([time.perf_counter(), time.process_time()])


def since(start):
    """Seconds on the wall and of all processors."""
    return times() - start


def scikit_learn(x, initial, iterations, algorithm):
    from sklearn.cluster import KMeans

    start = times()
    fit = KMeans(len(initial), init=initial, n_init=1, max_iter=iterations, tol=0, algorithm=algorithm).fit(x)
    return since(start), fit.cluster_centers_, fit.n_iter_


def faiss_kmeans(x, initial, iterations):
    import faiss

    index = faiss.IndexFlatL2(x.shape[1])
    settings = faiss.ClusteringParameters()
    settings.niter = iterations
    settings.max_points_per_centroid = len(x)
    clustering = faiss.Clustering(x.shape[1], len(initial), settings)
    faiss.copy_array_to_vector(initial.ravel(), clustering.centroids)
    start = times()
    clustering.train(x, index)
    index.search(x, 1)  # the labels, which the others return too
    seconds = since(start)
    return seconds, faiss.vector_to_array(clustering.centroids).reshape(initial.shape), iterations


def inertia(x, centers):
    """In Double, chunk by chunk: the same yardstick for every contender."""
    centers = centers.astype(np.float64)
    total = 0.0
    for start in range(0, len(x), 100_000):
        part = x[start:start + 100_000].astype(np.float64)
        scores = (centers**2).sum(1) - 2 * part @ centers.T
        nearest = centers[scores.argmin(1)]
        total += ((part - nearest) ** 2).sum()
    return total


def main():
    name, points, rows, columns, centroids, clusters, iterations, repeats = sys.argv[1:]
    if name == "scikit-learn-intelex":
        from sklearnex import patch_sklearn

        patch_sklearn(verbose=False)
    x, initial = points_and_centroids(points, int(rows), int(columns), centroids, int(clusters))
    seconds = []
    for _ in range(int(repeats)):
        if name == "faiss":
            taken, centers, count = faiss_kmeans(x, initial, int(iterations))
        else:
            algorithm = "elkan" if name == "scikit-learn-elkan" else "lloyd"
            taken, centers, count = scikit_learn(x, initial, int(iterations), algorithm)
        seconds.append(taken)
    walls, processors = np.array(seconds).T.tolist()
    print(json.dumps({"seconds": walls, "processorSeconds": processors, "inertia": float(inertia(x, centers)),
                      "iterations": int(count)}))


main()
