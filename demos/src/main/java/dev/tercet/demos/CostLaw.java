package dev.tercet.demos;

import java.util.List;

/**
 * What a number of documents costs: seconds = fixed + each · documents, fitted to measured points by least squares of
 * the relative error, so that the small corpora count as much as the large ones. Neither part is below 0: time is not
 * given back.
 *
 * @param fixed seconds whatever the number of documents
 * @param each seconds for each document
 */
record CostLaw(double fixed, double each) {
    /**
     * A measured cost.
     *
     * @param documents above 0
     * @param seconds above 0
     */
    record Point(int documents, double seconds) {}

    /** @param points at least two, of different numbers of documents */
    static CostLaw fit(List<Point> points) {
        // with weights 1 / seconds², the normal equations of fixed and each
        double w = 0;
        double wn = 0;
        double wnn = 0;
        double wt = 0;
        double wnt = 0;
        for (Point point : points) {
            double weight = 1 / (point.seconds * point.seconds);
            w += weight;
            wn += weight * point.documents;
            wnn += weight * point.documents * point.documents;
            wt += weight * point.seconds;
            wnt += weight * point.documents * point.seconds;
        }
        double determinant = w * wnn - wn * wn;
        double fixed = (wnn * wt - wn * wnt) / determinant;
        double each = (w * wnt - wn * wt) / determinant;
        if (fixed < 0) {
            return new CostLaw(0, wnt / wnn);
        }
        return each < 0 ? new CostLaw(wt / w, 0) : new CostLaw(fixed, each);
    }

    double seconds(double documents) {
        return fixed + each * documents;
    }

    /** The largest relative distance of a point from the law. */
    double worst(List<Point> points) {
        return points.stream()
                .mapToDouble(point -> Math.abs(seconds(point.documents) - point.seconds) / point.seconds)
                .max()
                .orElse(0);
    }
}
