/** Marian's encoder and decoder: source ids to hidden states, hypotheses to the logits of their next tokens. */
package dev.tercet.engine.marian;
