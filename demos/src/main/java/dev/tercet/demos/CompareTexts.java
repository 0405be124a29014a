package dev.tercet.demos;

import java.util.List;

/**
 * What is compared: queries against documents. Labels as in the tour: Q1, D3.
 *
 * @param queries at least one
 * @param documents at least two
 */
record CompareTexts(List<String> queries, List<String> documents) {
    static CompareTexts sample() {
        return new CompareTexts(Samples.QUERIES, Samples.DOCUMENTS);
    }
}
