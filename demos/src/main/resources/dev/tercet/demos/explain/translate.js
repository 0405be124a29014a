
// ---- a translation, found step by step ----

const heads = run.encoder[0].shape[0] - 1;
const decoderHeads = run.decoder[0].cross.shape[1] - 1;
const encoderLayer = () => number('layer', 1, run.encoder.length, 1);
const decoderLayer = () => number('layer', 1, run.decoder.length, run.decoder.length);
const plain = token => token.replace(/▁/g, ' ').trim() || token;
const named = id => run.vocabulary[id];
const read = tokens => tokens.join('').replace(/▁/g, ' ').replace('</s>', '').trim();

// A node is a candidate of a step. The rows of a step are the candidates that the step before kept.
const parentOf = (s, c) => s === 0 ? null : [s - 1, run.steps[s - 1].candidates.findIndex(k => k.next === run.steps[s].candidates[c].row)];
const firstRow = run.steps.map((_, s) => run.steps.slice(0, s).reduce((sum, step) => sum + step.rows.length, 0));

/** The nodes from the first step to this one. */
function pathTo(s, c) {
  const path = [];
  for (let node = [s, c]; node && node[1] >= 0; node = parentOf(...node)) path.unshift(node);
  return path;
}
const candidate = ([s, c]) => run.steps[s].candidates[c];

/** The end of the translation that was chosen. */
const bestNode = (() => {
  const s = run.best.length - 1;
  const ended = run.steps[s] ? run.steps[s].candidates.findIndex((_, c) =>
    pathTo(s, c).map(node => candidate(node).token).join() === run.best.join()) : -1;
  return ended >= 0 ? [s, ended] : [0, 0];
})();

/** The node in the address, n=step.rank counted from 1; else the end of the translation. */
function chosenNode() {
  const match = /^(\d+)\.(\d+)$/.exec(state().node || '');
  const node = match ? [match[1] - 1, match[2] - 1] : bestNode;
  return run.steps[node[0]] && run.steps[node[0]].candidates[node[1]] ? node : bestNode;
}
const choose = ([s, c]) => go({node: `${s + 1}.${c + 1}`});

const finished = run.steps.flatMap((step, s) => step.candidates.map((k, c) => [k, [s, c]]))
  .filter(([k]) => k.fate === 'FINISHED').sort((a, b) => b[0].score - a[0].score);

function hypothesisChoice(node) {
  const options = finished.map(([k, [s, c]], i) => [`${s + 1}.${c + 1}`, `${i + 1}: ${read(pathTo(s, c).map(n => named(candidate(n).token)))}`]);
  const key = `${node[0] + 1}.${node[1] + 1}`;
  if (!options.some(([value]) => value === key)) options.push([key, 'from the tree: ' + read(pathTo(...node).map(n => named(candidate(n).token)))]);
  return choice('Translation', 'node', options, key);
}

/** Why the search ended, in a sentence. */
function verdict() {
  const last = run.steps[run.steps.length - 1];
  switch (last.verdict) {
    case 'NO_BETTER_POSSIBLE': return last.possible === null
      ? 'It stopped because nothing was left to continue.'
      : `It stopped because the best hypothesis still running can score ${fixed(last.possible, 4)} at best by the model’s rule, no better than the worst of the finished ones, ${fixed(last.worst, 4)}.`;
    case 'ENOUGH_FINISHED': return `It stopped because as many translations were finished as there are beams (early stopping), the worst with ${fixed(last.worst, 4)}.`;
    default: return 'It stopped because everything that was left ended: by the end token, or at the greatest length.';
  }
}

const COLUMN = 152, NODE = 134, LINE = 38, TOP = 26;
const MARK = {KEPT: '●', FINISHED: '■', DROPPED: '×'};

function beamTree(chosen) {
  const path = new Set(pathTo(...chosen).map(String));
  const most = Math.max(...run.steps.map(step => step.candidates.length));
  const width = run.steps.length * COLUMN, height = TOP + most * LINE;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('width', width);
  svg.setAttribute('height', height);
  svg.setAttribute('aria-hidden', 'true');
  const tree = el('div', {class: 'tree', style: `width:${width}px;height:${height}px`}, svg);
  run.steps.forEach((step, s) => {
    tree.append(el('span', {class: 'head', style: `left:${s * COLUMN}px;top:0`}, `step ${s + 1}`));
    step.candidates.forEach((k, c) => {
      const x = s * COLUMN, y = TOP + c * LINE;
      const parent = parentOf(s, c);
      if (parent && parent[1] >= 0) {
        const line = document.createElementNS(svg.namespaceURI, 'path');
        const px = (s - 1) * COLUMN + NODE, py = TOP + parent[1] * LINE + 15;
        line.setAttribute('d', `M${px} ${py} C${px + 10} ${py} ${x - 10} ${y + 15} ${x} ${y + 15}`);
        if (path.has(String([s, c]))) line.setAttribute('class', 'on');
        svg.append(line);
      }
      const says = `${named(k.token)}: log p ${fixed(k.log, 3)}, sum ${fixed(k.total, 3)}, ${k.fate.toLowerCase()}${k.ends ? `, score ${fixed(k.score, 4)}` : ''}`;
      tree.append(el('button', {type: 'button', title: says, 'aria-label': says, 'data-node': `${s + 1}.${c + 1}`,
        class: `${k.fate}${path.has(String([s, c])) ? ' path' : ''}`, 'aria-pressed': String([s, c]) === String(chosen) ? 'true' : 'false',
        style: `left:${x}px;top:${y}px;width:${NODE}px`, onclick: () => choose([s, c])}, 
        el('span', {class: 'word'}, `${MARK[k.fate]} ${plain(named(k.token))}`), el('span', {}, fixed(k.total, 2))));
    });
  });
  return el('div', {class: 'scroll'}, tree);
}

/** Decoder attention while each token of a path was written. */
function written(packed, path, head) {
  const [, all, keys] = packed.shape;
  const h = head === 0 ? all - 1 : head - 1;
  const rows = path.map(([s, c]) => firstRow[s] + run.steps[s].candidates[c].row);
  return (i, j) => packed.values[(rows[i] * all + h) * keys + j];
}

function alternatives([s, c]) {
  const k = run.steps[s].candidates[c];
  const row = run.steps[s].rows[k.row];
  return table(['token', '#probability', '#log p', ''], row.tokens.map((id, i) => [
    id === k.token ? el('strong', {}, `${named(id)} (taken here)`) : named(id),
    row.logs[i] === null ? '0 %' : Math.exp(row.logs[i]) < 0.00005 ? '< 0.01 %' : percent(Math.exp(row.logs[i]), 2), fixed(row.logs[i], 3),
    el('i', {class: 'bar plus', style: `width:${row.logs[i] === null ? 0 : 10 * Math.exp(row.logs[i])}rem`})]));
}

present('How a translation is found',
  [el('p', {class: 'faint'}, `An encoder-decoder: the encoder (${run.encoder.length} layers) reads the text once, the decoder (${run.decoder.length} layers) writes the translation one token at a time, and a search with ${run.beams} ${run.beams === 1 ? 'beam' : 'beams'} decides which.`),
    el('p', {class: 'quote'}, run.text), el('p', {class: 'quote', id: 'translation'}, run.translation)],
  [
    {id: 'tokens', title: 'Text to tokens', code: [
      'tokenizer/src/main/java/dev/tercet/tokenizer/SentencePieceModel.java#findBestPath',
      'tokenizer/src/main/java/dev/tercet/tokenizer/MarianTokenizer.java#encode',
    ], view: async () => [
      el('p', {}, 'The text is cut into pieces of a vocabulary that both languages share. ▁ stands for a space: a piece that has it begins a word. </s> marks the end; the decoder will write one, too, when it is done.'),
      table(['#position', 'token', '#id'], run.tokens.map((token, i) => [String(i), token, String(run.ids[i])])),
      run.truncated ? el('p', {}, `${run.truncated} more tokens were dropped: this page reads ${run.tokens.length}.`) : null,
    ]},
    {id: 'encoder', title: 'The encoder', code: [
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookMarian.java#encode',
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookMarian.java#attend',
      'engine/src/main/java/dev/tercet/engine/marian/MarianEncoder.java#forward',
      'engine/src/main/java/dev/tercet/engine/layer/Attention.java#forward',
    ], view: async () => {
      const layer = encoderLayer();
      const head = number('head', 0, heads, 1);
      const token = number('token', 0, run.tokens.length - 1, 0);
      const attention = await unpack(run.encoder[layer - 1]);
      return [
        controls(layerChoice(run.encoder.length, layer), headChoice(heads, head), tokenChoice('Token', 'token', run.tokens, token)),
        el('p', {}, 'The encoder works like the one of a bi-encoder: every token looks at all others, and after the last layer each has a vector that knows its sentence. The decoder will look at these.'),
        formula(`p[i][j] = softmax over j of ( q[i]·k[j] / √${run.hidden / heads} )     q, k [${run.tokens.length}, ${run.hidden / heads}] of each head`),
        attentionView(attention, run.tokens, layer, head, token, 'Encoder self-attention'),
      ];
    }},
    {id: 'beams', title: 'The search', code: run.beams === 1 ? ['engine/src/main/java/dev/tercet/engine/generate/GreedySearch.java#score'] : [
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookBeamSearch.java#search',
      'engine/src/main/java/dev/tercet/engine/generate/BeamSearch.java#advance',
    ], view: async () => {
      const node = chosenNode();
      const path = pathTo(...node);
      const k = candidate(node);
      return [
        el('p', {}, run.beams === 1
          ? 'At every step the decoder gives each entry of the vocabulary a probability, and greedy search takes the likeliest.'
          : `At every step the decoder gives each entry of the vocabulary a probability after each of the ${run.beams} hypotheses that run. Their best continuations are candidates, best first: ${run.beams} go on (●), those that end well are finished (■), the others are dropped (×). A number is Σ log p up to there. Choose a node to see its beginning.`),
        beamTree(node),
        el('p', {id: 'verdict'}, verdict()),
        el('h3', {}, 'The chosen node'),
        el('p', {class: 'quote', id: 'prefix'}, path.map(n => named(candidate(n).token)).join(' ')),
        el('p', {}, `step ${node[0] + 1}, rank ${node[1] + 1}: Σ log p = `, el('span', {id: 'total'}, fixed(k.total, 4)), `, ${k.fate.toLowerCase()}`,
          k.ends ? ` with score ${fixed(k.score, 4)}` : ''),
        table(['token', '#log p', '#Σ log p'], path.map(n => [named(candidate(n).token), fixed(candidate(n).log, 4), fixed(candidate(n).total, 4)])),
        el('h3', {}, 'What could have stood in its place'),
        alternatives(node),
        el('h3', {}, 'Finished translations, best first'),
        formula('score = Σ log p / (number of tokens)^length penalty'),
        table(['translation', '#Σ log p', '#score'], finished.slice(0, run.beams).map(([f, n]) =>
          [read(pathTo(...n).map(x => named(candidate(x).token))), fixed(f.total, 4), fixed(f.score, 4)])),
      ];
    }},
    {id: 'words', title: 'Alternatives', code: [
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookMarian.java#logProbabilities',
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookMarian.java#logits',
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookMarian.java#decode',
      'engine/src/main/java/dev/tercet/engine/marian/MarianDecoder.java#forward',
    ], view: async () => {
      const node = chosenNode();
      const path = pathTo(...node);
      const at = Math.min(number('word', 1, path.length, 1), path.length);
      return [
        controls(hypothesisChoice(node), choice('Word', 'word', path.map((n, i) => [i + 1, `${i + 1}  ${named(candidate(n).token)}`]), at)),
        el('p', {}, 'The translation with the probability of every token, given those before it. Choose one to see what else the decoder had in mind there.'),
        formula(`p = softmax(W·h + b) over the whole vocabulary     h [${run.hidden}], W [${run.vocabularySize}, ${run.hidden}]`),
        shaded(path.map(n => named(candidate(n).token)), path.map(n => Math.exp(candidate(n).log)),
          {decimals: 4, largest: 1, chosen: at - 1, pick: i => go({word: i + 1})}),
        el('h3', {}, `After “${read(path.slice(0, at - 1).map(n => named(candidate(n).token))) || '(the beginning)'}”`),
        alternatives(path[at - 1]),
      ];
    }},
    {id: 'alignment', title: 'Looking at the source', code: [
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookMarian.java#attend',
      'engine/src/main/java/dev/tercet/engine/marian/CrossAttention.java#forward',
    ], view: async () => {
      const node = chosenNode();
      const path = pathTo(...node);
      const layer = decoderLayer();
      const head = number('head', 0, decoderHeads, 0);
      const packed = await unpack(run.decoder[layer - 1].cross);
      const value = written(packed, path, head);
      const labels = path.map(n => named(candidate(n).token));
      const at = Math.min(number('word', 1, path.length, 1), path.length) - 1;
      return [
        controls(hypothesisChoice(node), layerChoice(run.decoder.length, layer), headChoice(decoderHeads, head),
          choice('Word', 'word', labels.map((label, i) => [i + 1, `${i + 1}  ${label}`]), at + 1)),
        el('p', {}, 'Cross-attention: while it wrote a token, where in the source did the decoder look? Read row by row this is an alignment: which words were translated by which. A row is the step that wrote the token.'),
        formula(`p[i][j] = softmax over j of ( q[i]·k[j] / √${run.hidden / decoderHeads} )     q from the decoder, one row a step; k [${run.tokens.length}, ${run.hidden / decoderHeads}] of each head, from the encoder`),
        el('h3', {}, `While “${labels[at]}” was written`),
        shaded(run.tokens, run.tokens.map((_, j) => value(at, j)), {decimals: packed.decimals}),
        heatMap({
          title: 'Alignment', label: `Cross-attention, layer ${layer}`, rows: labels, columns: run.tokens, value, scale: 'share', decimals: packed.decimals,
          describe: (i, j, p) => `writing “${labels[i]}” the decoder gave “${run.tokens[j]}” ${p} of its attention.`,
          pick: i => go({word: i + 1}),
          caption: ` shape [${labels.length}, ${run.tokens.length}], rounded to ${packed.decimals} decimals`,
        }),
      ];
    }},
    {id: 'decoder', title: 'Looking back', code: [
      'engine/src/main/java/dev/tercet/engine/textbook/TextbookMarian.java#attend',
      'engine/src/main/java/dev/tercet/engine/marian/DecoderLayer.java#attendToItself',
      'engine/src/main/java/dev/tercet/engine/marian/DecoderState.java#tokenAttention',
    ], view: async () => {
      const node = chosenNode();
      const path = pathTo(...node);
      const layer = decoderLayer();
      const head = number('head', 0, decoderHeads, 1);
      const packed = await unpack(run.decoder[layer - 1].self);
      const value = written(packed, path, head);
      const labels = path.map(n => named(candidate(n).token));
      const before = ['(start)', ...labels.slice(0, -1)];
      return [
        controls(hypothesisChoice(node), layerChoice(run.decoder.length, layer), headChoice(decoderHeads, head)),
        el('p', {}, 'Self-attention of the decoder: a token can look only at the start token and at what is already written, so the upper right stays empty. Their keys and values are kept from step to step (the KV cache), so each step computes one token.'),
        formula(`p[i][j] = softmax over j ≤ i of ( q[i]·k[j] / √${run.hidden / decoderHeads} )`),
        heatMap({
          title: 'Each row is the step that writes the token', label: `Decoder self-attention, layer ${layer}`, rows: labels, columns: before,
          value: (i, j) => j <= i ? value(i, j) : null, scale: 'share', decimals: packed.decimals,
          describe: (i, j, p) => `writing “${labels[i]}” the decoder gave “${before[j]}” ${p} of its attention.`,
          caption: ` shape [${labels.length}, ${labels.length}], rounded to ${packed.decimals} decimals`,
        }),
      ];
    }},
  ]);
