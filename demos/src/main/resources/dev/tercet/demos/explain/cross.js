
// ---- a query and a document, read together ----

const layerNumber = () => number('layer', 1, run.layers, 1);
const headNumber = () => number('head', 0, run.heads, 0);
const VIEWS = {
  all: ['all tokens', null, null],
  aa: ['query → query', 0, 0],
  ab: ['query → document', 0, 1],
  ba: ['document → query', 1, 0],
  bb: ['document → document', 1, 1],
};
const ofSegment = segment => run.tokens.map((_, i) => i).filter(i => segment === null || run.segments[i] === segment);
const segmentName = ['query', 'document'];

/** Share of their attention that the tokens of one text give to those of another, the mean over the tokens. */
const flow = (layer, head, from, to) => run.flows[layer - 1][head === 0 ? run.heads : head - 1][2 * from + to];

/** A step of 1, 2 or 5 times a power of ten, so that about four of them cover a range. */
function tickStep(range) {
  const power = 10 ** Math.floor(Math.log10(range / 4));
  return [1, 2, 5, 10].find(f => f * power >= range / 4) * power;
}

/** Logits as points over the layers. */
function curve(values, label) {
  const width = 680, height = 280, left = 56, bottom = 46, top = 16;
  const range = Math.max(0, ...values) - Math.min(0, ...values) || 1;
  const step = tickStep(range);
  const least = step * Math.floor(Math.min(0, ...values) / step), most = step * Math.ceil(Math.max(0, ...values) / step) || step;
  const x = i => left + 16 + i * (width - left - 32) / Math.max(1, values.length - 1);
  const y = v => height - bottom - (v - least) * (height - bottom - top) / (most - least);
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const add = (name, attributes, text) => {
    const e = document.createElementNS(svg.namespaceURI, name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    if (text !== undefined) e.textContent = text;
    svg.append(e);
    return e;
  };
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.style.cssText = 'display:block;width:100%;min-width:480px;max-width:760px;height:auto';
  const style = 'font:13px system-ui,Arial,sans-serif;fill:var(--text)';
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (let t = 0; t <= Math.round((most - least) / step); t++) {
    const v = least + t * step;
    const zero = Math.abs(v) < step / 2;
    add('line', {x1: left, x2: width, y1: y(v), y2: y(v), style: `stroke:var(${zero ? '--faint' : '--line'})`});
    add('text', {x: left - 6, y: y(v) + 4, 'text-anchor': 'end', style}, fixed(zero ? 0 : v, decimals));
  }
  add('polyline', {points: values.map((v, i) => `${x(i)},${y(v)}`).join(' '), style: 'fill:none;stroke:var(--accent);stroke-width:2.5'});
  values.forEach((v, i) => {
    const point = add('circle', {cx: x(i), cy: y(v), r: 4.5, style: 'fill:var(--accent)'});
    const title = document.createElementNS(svg.namespaceURI, 'title');
    title.textContent = `${i === 0 ? 'embeddings' : `layer ${i}`}: ${fixed(v, 4)}`;
    point.append(title);
    add('text', {x: x(i), y: height - bottom + 18, 'text-anchor': 'middle', style}, i === 0 ? 'emb.' : i);
  });
  add('text', {x: (left + width) / 2, y: height - 6, 'text-anchor': 'middle', style}, 'the head put on [CLS] after this layer');
  add('text', {x: 14, y: (top + height - bottom) / 2, 'text-anchor': 'middle', transform: `rotate(-90 14 ${(top + height - bottom) / 2})`, style}, 'logit');
  return el('div', {class: 'wide'}, svg);
}

function maxSim() {
  const s = run.apart.similarities;
  const best = s.map(row => row.reduce((b, v, j) => v > row[b] ? j : b, 0));
  return {best, sum: s.reduce((sum, row, i) => sum + row[best[i]], 0)};
}

present('How a query meets a document',
  [el('p', {class: 'faint'}, `A cross-encoder reads both texts as one sequence: ${run.layers} layers, ${run.heads} heads; every token of one can look at every token of the other.`),
    el('p', {class: 'quote'}, run.query), el('p', {class: 'quote'}, run.document),
    el('p', {}, 'score ', el('strong', {id: 'score'}, fixed(run.score, 4)), run.score === run.logit ? ' (the logit itself)' : ` (logit ${fixed(run.logit, 4)})`)],
  [
    {id: 'tokens', title: 'One sequence', code: [
      'tokenizer/src/main/java/dev/tercet/tokenizer/WordPieceTokenizer.java#encodePair',
      'tokenizer/src/main/java/dev/tercet/tokenizer/WordPieceRun.java#endWord',
    ], view: async () => [
      el('p', {}, 'Query and document are joined into one sequence: [CLS] query [SEP] document [SEP]. A type number tells the model which text a token is from. The score will be read from [CLS].'),
      formula('[CLS] query [SEP] document [SEP]     type 0 … 0 1 … 1'),
      table(['#position', 'token', '#id', '#type', 'from'], run.tokens.map((token, i) =>
        [String(i), token, String(run.ids[i]), String(run.typeIds[i]), run.segments[i] < 0 ? el('span', {class: 'faint'}, 'added') : segmentName[run.segments[i]]])),
      run.truncated ? el('p', {}, `${run.truncated} more tokens were dropped: this page reads ${run.tokens.length}.`) : null,
    ]},
    {id: 'attention', title: 'Attention between the texts', code: [
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#attention',
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#softmax',
      'engine/src/main/java/dev/tercet/engine/layer/Attention.java#forward',
      'engine/src/main/java/dev/tercet/engine/kernel/ScalarKernels.java#attention',
    ], view: async () => {
      const layer = layerNumber();
      const head = headNumber();
      const view = VIEWS[state().view] ? state().view : 'all';
      const [name, from, to] = VIEWS[view];
      const attention = await unpack(run.attention[layer - 1]);
      const value = headOf(attention, head);
      const rows = ofSegment(from);
      const columns = ofSegment(to);
      const token = Math.min(number('token', 0, run.tokens.length - 1, 1), run.tokens.length - 1);
      const where = head === 0 ? `layer ${layer}, mean of all heads` : `layer ${layer}, head ${head}`;
      return [
        controls(layerChoice(run.layers, layer), headChoice(run.heads, head),
          choice('View', 'view', Object.entries(VIEWS).map(([key, [text]]) => [key, text]), view),
          tokenChoice('Token', 'token', run.tokens, token)),
        el('p', {}, 'In a bi-encoder the two texts never see each other. Here they do, in every layer. The table says how the attention divides; the rest goes to [CLS] and [SEP], where heads rest that have nothing to do.'),
        formula(`p[i][j] = softmax over all j of ( q[i]·k[j] / √${run.hidden / run.heads} )     q, k [${run.tokens.length}, ${run.hidden / run.heads}] of each head`),
        table(['mean share of attention', '#to query', '#to document'], [0, 1].map(f =>
          ['from ' + segmentName[f], ...[0, 1].map(t => percent(flow(layer, head, f, t), 1))])),
        el('h3', {}, `What “${run.tokens[token]}” (token ${token}) looks at`),
        shaded(run.tokens, run.tokens.map((_, j) => value(token, j)), {decimals: attention.decimals, chosen: token, pick: i => go({token: i})}),
        heatMap({
          title: `${name[0].toUpperCase()}${name.slice(1)}: rows ask, columns answer`, label: `Attention, ${name}, ${where}`,
          rows: rows.map(i => run.tokens[i]), columns: columns.map(j => run.tokens[j]), scale: 'share', decimals: attention.decimals,
          value: (i, j) => value(rows[i], columns[j]),
          describe: (i, j, p) => `“${run.tokens[rows[i]]}” gives “${run.tokens[columns[j]]}” ${p} of its attention (${where}).`,
          pick: i => go({token: rows[i]}),
          caption: ` [${rows.length}, ${columns.length}] of shape [${run.heads}, ${run.tokens.length}, ${run.tokens.length}], rounded to ${attention.decimals} decimals`,
        }),
      ];
    }},
    {id: 'lens', title: 'How the score forms', code: [
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookBert.java#logits',
      'engine/src/main/java/dev/tercet/engine/bert/ClassificationHead.java#forward',
      'demos/src/main/java/dev/tercet/demos/CrossRun.java#logitAfter',
    ], view: async () => [
      el('p', {}, 'The score is made of the vector of [CLS] after the last layer. As a lens, the same head is put on [CLS] after every earlier layer: what would the score be if the encoder ended there? The head was trained for the last layer only, so early values say where things are heading, not what the model “thinks”.'),
      formula(`logit = Wc·tanh(Wp·h[CLS] + bp) + bc     h [${run.hidden}], Wp [${run.hidden}, ${run.hidden}], Wc [1, ${run.hidden}]`),
      curve(run.lens, 'The logit after each layer'),
      table(['after', '#logit', '#change'], run.lens.map((v, i) =>
        [i === 0 ? 'embeddings' : `layer ${i}`, fixed(v, 4), i === 0 ? '' : fixed(v - run.lens[i - 1], 4)])),
      run.activation === 'IDENTITY' ? null : el('p', {}, `The score is ${run.activation.toLowerCase()} of the last logit: ${fixed(run.score, 4)}.`),
    ]},
    {id: 'importance', title: 'Importance', code: [
      'demos/src/main/java/dev/tercet/demos/CrossRun.java#logitsWithoutEach',
    ], view: async () => {
      const change = run.without.map(v => v === null ? null : run.logit - v);
      const largest = Math.max(...change.map(v => Math.abs(v || 0)));
      const order = change.map((v, i) => [v, i]).filter(([v]) => v !== null).sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]));
      return [
        el('p', {}, `Which tokens is the score made of? Attention does not say; an experiment does: the pair was scored again without each token, ${order.length} runs of the model. A token matters by how much the score falls when it is gone (blue), or rises (orange).`),
        formula(`importance[t] = logit(all tokens) − logit(without t)          logit(all tokens) = ${fixed(run.logit, 4)}`),
        shaded(run.tokens, change, {decimals: 4, signed: true, largest}),
        table(['token', 'from', '#logit without it', '#importance', ''], order.map(([v, i]) =>
          [`${run.tokens[i]}`, segmentName[run.segments[i]], fixed(run.without[i], 4), fixed(v, 4), signedBar(v, largest)])),
      ];
    }},
    {id: 'degrees', title: 'Three degrees of interaction', code: [
      'engine/src/main/java/dev/tercet/Similarity.java#cosine',
      'demos/src/main/java/dev/tercet/demos/CrossRun.java#apart',
    ], view: async () => {
      const a = run.apart;
      const {best, sum} = maxSim();
      const some = a.queryTokens.length && a.documentTokens.length;
      return [
        el('p', {}, 'The same pair, three ways. The more the texts interact, the more precise and the more expensive: vectors are computed once per document and kept; a cross-encoder runs once for every pair.'),
        el('div', {class: 'cards'},
          el('div', {class: 'card'}, el('h3', {}, 'None: bi-encoder'), el('p', {class: 'big', id: 'dual'}, fixed(a.cosine, 4)),
            el('p', {}, 'Cosine of one vector each. Texts meet in one number, after everything is computed.')),
          el('div', {class: 'card'}, el('h3', {}, 'Late: MaxSim'), el('p', {class: 'big', id: 'maxsim'}, some ? fixed(sum / best.length, 4) : 'no tokens'),
            el('p', {}, `One vector per token, compared at the end: for each token of the query the best match, here as their mean${some ? ` (sum ${fixed(sum, 4)})` : ''}.`)),
          el('div', {class: 'card'}, el('h3', {}, 'Full: cross-encoder'), el('p', {class: 'big', id: 'full'}, fixed(run.score, 4)),
            el('p', {}, `All tokens see each other in all ${run.layers} layers. The score is a logit, any number, not a cosine.`))),
        formula('MaxSim = Σᵢ maxⱼ cos(h[i], g[j])     i in the query, j in the document'),
        some ? heatMap({
          title: 'Late interaction: every token of the query and of the document, by cosine', label: 'Cosines of token vectors',
          rows: a.queryTokens, columns: a.documentTokens, value: (i, j) => a.similarities[i][j], scale: 'signed', decimals: 4,
          describe: (i, j, v) => `cos(“${a.queryTokens[i]}”, “${a.documentTokens[j]}”) = ${v}${best[i] === j ? ', the best of the row: it counts' : ''}`,
        }) : null,
        some ? table(['token of the query', 'best match', '#cosine'], a.queryTokens.map((token, i) =>
          [token, a.documentTokens[best[i]], fixed(a.similarities[i][best[i]], 4)])) : null,
        el('p', {class: 'faint'}, `Bi-encoder and token vectors: ${a.model}. It was trained for one vector per text, not for late interaction as ColBERT is; the matrix shows the mechanism.`),
      ];
    }},
  ]);
