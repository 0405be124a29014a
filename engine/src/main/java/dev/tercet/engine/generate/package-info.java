/** Greedy search, sampling and beam search over any model that gives the logits of the next token. */
package dev.tercet.engine.generate;
