
// ---- a text on its way to a vector ----

const textNumber = () => number('text', 1, run.texts.length, 1);
const layerNumber = () => number('layer', 1, run.layers, 1);
const headNumber = () => number('head', 0, run.heads, 1);
const headSize = run.hidden / run.heads;

function chosenText() {
  return run.texts[textNumber() - 1];
}
function textChoice() {
  return run.texts.length === 1 ? null
    : choice('Text', 'text', run.texts.map((t, i) => [i + 1, `${i + 1}: ${t.text.length > 24 ? t.text.slice(0, 24) + '…' : t.text}`]), textNumber());
}
/** Tokens whose vectors the page has: all, unless the text is long. */
const known = text => text.tokens.slice(0, text.vectors);
const tokenNumber = (text, most) => number('token', 0, most - 1, Math.min(1, most - 1));
function fewer(text) {
  return text.vectors < text.tokens.length
    ? el('p', {class: 'faint'}, `The page keeps the vectors of the first ${text.vectors} of ${text.tokens.length} tokens, to stay small; attention is there for all.`) : null;
}

/** Vectors as rows of colours, columns [from, to). */
function strips(title, labels, rows, from, to, name) {
  const packed = rows[0].packed;
  return heatMap({
    title, label: title, rows: labels, columns: Array(to - from).fill(''), first: from, scale: 'signed', decimals: packed.decimals,
    cell: Math.max(1, Math.min(26, Math.floor(860 / (to - from)))), height: Math.max(12, Math.min(22, Math.floor(420 / labels.length))),
    value: (i, d) => rows[i].packed.values[rows[i].row * rows[i].packed.shape[1] + from + d],
    describe: (i, d, v) => `${name}, “${labels[i]}”, dimension ${from + d}: ${v}`,
    caption: ` shape [${labels.length}, ${to - from}], rounded to ${packed.decimals} decimals`,
  });
}
const allRows = packed => Array.from({length: packed.shape[0]}, (_, row) => ({packed, row}));

const steps = [
  {id: 'tokens', title: 'Text to tokens', code: [
    'tokenizer/src/main/java/dev/tercet/tokenizer/BertNormalizer.java#normalize',
    'tokenizer/src/main/java/dev/tercet/tokenizer/WordPieceRun.java#endWord',
    'tokenizer/src/main/java/dev/tercet/tokenizer/WordPieceTokenizer.java#encode',
  ], view: async () => [
    el('p', {}, 'A model reads numbers, so the text is first cut into pieces from a fixed vocabulary. Common words are one piece, rare ones several; a piece that goes on within a word begins with ##. Each piece has a number, its id. [CLS] and [SEP] are added to mark beginning and end.'),
    run.texts.map((text, t) => [
      el('h3', {}, run.texts.length > 1 ? `Text ${t + 1}` : 'The text'),
      el('p', {class: 'quote'}, text.text),
      el('p', {}, 'and normalized, as this model was trained to read it:'),
      el('p', {class: 'quote'}, text.normalized),
      table(['#position', 'token', '#id', 'from the text'], text.tokens.map((token, i) =>
        [String(i), token, String(text.ids[i]), text.pieces[i] === null ? el('span', {class: 'faint'}, 'added') : text.pieces[i]])),
      text.truncated ? el('p', {}, `${text.truncated} more tokens were dropped: this page reads ${text.tokens.length}.`) : null,
    ]),
  ]},
  {id: 'embeddings', title: 'Embeddings', code: [
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#embeddings',
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#layerNorm',
    'engine/src/main/java/dev/tercet/engine/bert/BertEmbeddings.java#forward',
  ], view: async () => {
    const text = chosenText();
    const token = tokenNumber(text, text.vectors);
    const parts = [text.word, text.position, text.type, text.embeddings];
    await Promise.all(parts.map(unpack));
    return [
      controls(textChoice(), tokenChoice('Token', 'token', known(text), token)),
      el('p', {}, `Three vectors of ${run.hidden} numbers are looked up in tables and added: what the token is, where it stands, and which of two texts it belongs to. The sum is brought to a common scale (LayerNorm). Nothing here knows its neighbours yet: “bank” is the same vector in every sentence.`),
      formula(`x = LayerNorm(word[${text.ids[token]}] + position[${token}] + type[${text.typeIds[token]}])     each [${run.hidden}]`),
      strips(`“${text.tokens[token]}” at position ${token}: what is added`, ['word', 'position', 'type'],
        parts.slice(0, 3).map(packed => ({packed, row: token})), 0, run.hidden, 'Embedding'),
      strips('The sum, brought to the common scale', ['x'], [{packed: text.embeddings, row: token}], 0, run.hidden, 'Embedding'),
      strips('All tokens after this step', known(text), allRows(text.embeddings), 0, run.hidden, 'Embedding'),
      fewer(text),
    ];
  }},
  {id: 'qkv', title: 'Query, key, value', code: [
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#attention',
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#linear',
    'engine/src/main/java/dev/tercet/engine/layer/SelfAttention.java#forward',
  ], view: async () => {
    const text = chosenText();
    const layer = layerNumber();
    const head = Math.max(1, headNumber());
    const l = text.layers[layer - 1];
    await Promise.all([l.query, l.key, l.value].map(unpack));
    const from = (head - 1) * headSize;
    return [
      controls(textChoice(), layerChoice(run.layers, layer), headChoice(run.heads, head, false)),
      el('p', {}, `Every token makes three small vectors for every head: a query (what am I looking for?), a key (what do I offer?) and a value (what do I pass on?). Three learned matrices do this, the same for all tokens. A head works on ${headSize} of the ${run.hidden} numbers.`),
      formula(`q = Wq·x + bq     k = Wk·x + bk     v = Wv·x + bv     W [${run.hidden}, ${run.hidden}], x [${run.hidden}]; head ${head}: dimensions ${from} to ${from + headSize - 1}`),
      [['Queries', l.query], ['Keys', l.key], ['Values', l.value]].map(([name, packed]) =>
        strips(name, known(text), allRows(packed), from, from + headSize, `${name}, layer ${layer}, head ${head}`)),
      fewer(text),
    ];
  }},
  {id: 'attention', title: 'Attention', code: [
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#attention',
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#softmax',
    'engine/src/main/java/dev/tercet/engine/layer/Attention.java#forward',
    'engine/src/main/java/dev/tercet/engine/kernel/ScalarKernels.java#attention',
  ], view: async () => {
    const text = chosenText();
    const layer = layerNumber();
    const head = headNumber();
    const token = tokenNumber(text, text.tokens.length);
    const l = text.layers[layer - 1];
    await Promise.all([unpack(l.attention), unpack(l.scores)]);
    const p = headOf(l.attention, head);
    const n = l.scores.shape[1];
    const scored = head > 0 && token < n && n === text.tokens.length;
    return [
      controls(textChoice(), layerChoice(run.layers, layer), headChoice(run.heads, head), tokenChoice('Token', 'token', text.tokens, token)),
      el('p', {}, 'A token compares its query with the key of every token. The better they fit, the larger the share of that token’s value it takes in. The shares of a row sum to 1.'),
      formula(`p[i][j] = softmax over j of ( q[i]·k[j] / √${headSize} )     q, k [${text.tokens.length}, ${headSize}], p [${text.tokens.length}, ${text.tokens.length}] of each head`),
      attentionView(l.attention, text.tokens, layer, head, token, 'Self-attention'),
      scored ? [
        el('h3', {}, `By hand: “${text.tokens[token]}”, head ${head}`),
        table(['#j', 'token', `#q·k / √${headSize}`, '#p = softmax', ''], text.tokens.map((other, j) =>
          [String(j), other, fixed(l.scores.values[((head - 1) * n + token) * n + j], 3), fixed(p(token, j), l.attention.decimals),
            el('i', {class: 'bar plus', style: `width:${10 * p(token, j)}rem`})])),
      ] : null,
    ];
  }},
  {id: 'residual', title: 'Context and residual', code: [
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#layer',
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#layerNorm',
    'engine/src/main/java/dev/tercet/engine/layer/SelfAttention.java#forward',
    'engine/src/main/java/dev/tercet/engine/layer/LayerNorm.java#forward',
  ], view: async () => {
    const text = chosenText();
    const layer = layerNumber();
    const l = text.layers[layer - 1];
    await Promise.all([l.context, l.attentionOutput].map(unpack));
    return [
      controls(textChoice(), layerChoice(run.layers, layer)),
      el('p', {}, 'What a token has taken in is the mixture of the values, by its attention: its context, all heads side by side. A matrix mixes the heads; then the token’s old vector is added (the residual: nothing gets lost) and the sum is normalized.'),
      formula(`context[i] = Σⱼ p[i][j] · v[j]          x = LayerNorm(x + Wo·context + bo)          Wo [${run.hidden}, ${run.hidden}]`),
      strips('Context', known(text), allRows(l.context), 0, run.hidden, `Context, layer ${layer}`),
      strips('After residual and LayerNorm', known(text), allRows(l.attentionOutput), 0, run.hidden, `After attention, layer ${layer}`),
      fewer(text),
    ];
  }},
  {id: 'feedforward', title: 'Feed-forward', code: [
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#layer',
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookActivation.java#of',
    'engine/src/main/java/dev/tercet/engine/layer/FeedForward.java#forward',
  ], view: async () => {
    const text = chosenText();
    const layer = layerNumber();
    const l = text.layers[layer - 1];
    await Promise.all([l.intermediate, l.output].map(unpack));
    const width = l.intermediate.shape[1];
    return [
      controls(textChoice(), layerChoice(run.layers, layer)),
      el('p', {}, `Now each token works by itself: its vector is widened to ${width} numbers, each a learned question whose answer is kept when it is positive (the activation lets little else through), and brought back to ${run.hidden}. Residual and LayerNorm end the layer; the result is the x of the next one. After ${run.layers} layers every token’s vector speaks of the whole text.`),
      formula(`x = LayerNorm(x + W₂·activation(W₁·x + b₁) + b₂)          W₁ [${width}, ${run.hidden}], W₂ [${run.hidden}, ${width}]`),
      strips('After the activation', known(text), allRows(l.intermediate), 0, width, `Intermediate, layer ${layer}`),
      strips(`The layer’s result`, known(text), allRows(l.output), 0, run.hidden, `Output, layer ${layer}`),
      fewer(text),
    ];
  }},
  {id: 'pooling', title: 'Pooling and unit vector', code: [
    'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#embed',
    'engine/src/main/java/dev/tercet/engine/bert/Pooling.java#forward',
    'engine/src/main/java/dev/tercet/engine/bert/Pooling.java#normalize',
  ], view: async () => {
    const text = chosenText();
    const last = await unpack(text.layers[run.layers - 1].output);
    const row = values => ({packed: {values, shape: [1, values.length], decimals: 4}, row: 0});
    const unit = text.vector.some((v, d) => v !== text.pooled[d]);
    return [
      controls(textChoice()),
      el('p', {}, text.mean
        ? `One vector for the whole text: the mean over all ${text.tokens.length} tokens, [CLS] and [SEP] included.`
        : 'One vector for the whole text, from the vectors of its tokens as this model was trained to.',
      unit ? ` Divided by its length, ${fixed(text.norm, 4)}, it becomes a unit vector: then only its direction counts.` : ''),
      formula((text.mean ? `u = (h[0] + … + h[${text.tokens.length - 1}]) / ${text.tokens.length}` : 'u = pooling(h)') + (unit ? '          vector = u / ‖u‖' : '')),
      strips('Token vectors after the last layer', known(text), allRows(last), 0, run.hidden, 'Last hidden state'),
      strips('Pooled', ['u'], [row(text.pooled)], 0, run.hidden, 'Pooled vector'),
      strips(unit ? 'The vector of the text, length 1' : 'The vector of the text', ['vector'], [row(text.vector)], 0, run.hidden, 'Vector'),
      el('p', {class: 'faint'}, 'It begins with ', el('code', {id: 'vector-start'}, text.vector.slice(0, 6).map(v => fixed(v, 4)).join(', ')), ', …'),
      fewer(text),
    ];
  }},
];

if (run.cosine) steps.push({id: 'cosine', title: 'Cosine', code: [
  'engine/src/main/java/dev/tercet/Similarity.java#cosine',
  'demos/src/main/java/dev/tercet/demos/EncodeRun.java#cosine',
], view: async () => {
  const [first, second] = run.texts;
  const c = run.cosine.contributions;
  const intro = [
    el('p', {}, 'How alike two texts are is the cosine of their vectors: 1 for the same direction, 0 for unrelated ones.'),
    el('p', {class: 'big', id: 'cosine'}, `cos = ${fixed(run.cosine.value, 4)}`),
  ];
  if (!c) return [...intro, el('p', {}, 'This model does not pool by the mean, so the cosine does not divide into shares of tokens.')];
  const sums = c.map(row => row.reduce((a, b) => a + b, 0));
  const largest = Math.max(...sums.map(Math.abs));
  let total = 0;
  const rows = first.tokens.map((token, i) => {
    total += sums[i];
    return [String(i), token, fixed(sums[i], 4), signedBar(sums[i], largest), fixed(total, 4)];
  });
  return [
    ...intro,
    el('p', {}, 'Because each vector is a mean of token vectors, the cosine is a sum of one number for every pair of tokens. So one can see it being built up, and which tokens carry it. Token vectors after the last layer speak of their whole text, so a word may carry much that is not its own.'),
    formula(`cos = u·v / (‖u‖ · ‖v‖) = Σᵢ Σⱼ  h[i]·g[j] / (n · m · ‖u‖ · ‖v‖)     n = ${first.tokens.length}, m = ${second.tokens.length}`),
    el('h3', {}, 'Token by token of the first text'),
    table(['#i', 'token', '#adds', '', '#cosine so far'], rows),
    el('h3', {}, 'The tokens of the second text add'),
    shaded(second.tokens, second.tokens.map((_, j) => c.reduce((a, row) => a + row[j], 0)), {decimals: 4, signed: true}),
    heatMap({
      title: 'Every pair of tokens', label: 'What each pair of tokens adds to the cosine',
      rows: first.tokens, columns: second.tokens, value: (i, j) => c[i][j], scale: 'signed', decimals: 5,
      cell: Math.max(7, Math.min(33, Math.floor(820 / second.tokens.length))),
      describe: (i, j, v) => `“${first.tokens[i]}” and “${second.tokens[j]}” add ${v} to the cosine.`,
    }),
  ];
}});

present('How a text becomes a vector',
  [el('p', {class: 'faint'}, `A bi-encoder reads each text by itself: ${run.layers} layers, ${run.heads} heads, vectors of ${run.hidden} numbers.`),
    ...run.texts.map(text => el('p', {class: 'quote'}, text.text))],
  steps);
