package dev.tercet.demos;

/**
 * How far two scorings of the same documents agree on their order.
 *
 * @param sameBest whether both put the same document first
 * @param tau Kendall's τ-b: 1 for the same order, -1 for the reverse, 0 where they have nothing to do with each other;
 *     NaN where one of them tells no document from another. Kendall 1945, The treatment of ties in ranking problems
 */
record RankAgreement(boolean sameBest, double tau) {
    /**
     * @param a a score for each document, the higher the better
     * @param b another for each of the same documents
     */
    static RankAgreement of(float[] a, float[] b) {
        long concordance = 0;
        long pairsInA = 0; // whose scores differ
        long pairsInB = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < i; j++) {
                int inA = Float.compare(a[i], a[j]);
                int inB = Float.compare(b[i], b[j]);
                concordance += Integer.signum(inA) * Integer.signum(inB);
                pairsInA += Math.abs(Integer.signum(inA));
                pairsInB += Math.abs(Integer.signum(inB));
            }
        }
        double tau = concordance / Math.sqrt((double) pairsInA * pairsInB);
        return new RankAgreement(Page.largest(a) == Page.largest(b), tau);
    }
}
