'use strict';
// What the three pages share: the numbers of the run, the state in the address, controls, heat maps, the code.

const run = JSON.parse(document.getElementById('run').textContent);
const sources = JSON.parse(document.getElementById('code').textContent);

/** Makes an element: el('p', {class: 'x', onclick: f}, 'text', child, …). */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

// ---- numbers ----

/** Rounded numbers come deflated, see PackedNumbers.java; they are unpacked when first needed. */
async function unpack(packed) {
  if (packed.values) return packed;
  const bytes = Uint8Array.from(atob(packed.deflated), c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const count = packed.shape.reduce((a, b) => a * b, 1);
  const unit = 10 ** packed.decimals;
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let code = 0;
    for (let b = 0; b < packed.bytes; b++) code |= planes[b * count + i] << (8 * b);
    values[i] = ((code >>> 1) ^ -(code & 1)) / unit;
  }
  packed.values = values;
  return packed;
}

/** A number with a fixed number of decimals and a real minus sign. */
function fixed(value, decimals) {
  if (value === null) return '−∞';
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? '−' + text : text;
}

const percent = (p, decimals) => fixed(100 * p, decimals) + ' %';

// ---- colours: one scale for shares, one for signed numbers; both are told apart without seeing hue ----

const dark = () => document.documentElement.dataset.theme === 'dark';
const mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));

/** Piecewise between colours. */
function ramp(stops, t) {
  const at = Math.max(0, Math.min(1, t)) * (stops.length - 1);
  const from = Math.min(Math.floor(at), stops.length - 2);
  return mix(stops[from], stops[from + 1], at - from);
}
/** 0…1: paper to ink through blue, in the dark paper to light through yellow. */
const shareColour = t => dark()
  ? ramp([[18, 23, 30], [58, 73, 107], [140, 133, 110], [255, 220, 100]], t)
  : ramp([[255, 255, 255], [189, 215, 238], [75, 142, 196], [8, 48, 107]], t);
/** −1…1: orange, paper, blue. */
const signedColour = t => t < 0
  ? ramp(dark() ? [[18, 23, 30], [255, 170, 80]] : [[255, 255, 255], [241, 163, 90], [127, 59, 8]], -t)
  : ramp(dark() ? [[18, 23, 30], [110, 180, 255]] : [[255, 255, 255], [107, 160, 216], [8, 48, 107]], t);
const css = c => `rgb(${c.join(',')})`;

/** Black or white, whichever stands out more: at least 4.5 : 1 on any colour. */
function inkOn(colour) {
  const [r, g, b] = colour.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000000' : '#ffffff';
}

// ---- state: lives in the address, so that any view can be linked ----

function state() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}
/** A whole number of the state, within its limits; layers and heads are counted from 1 as people do. */
function number(key, least, most, standard) {
  const text = state()[key];
  const value = /^\d+$/.test(text || '') ? Number(text) : standard;
  return Math.max(least, Math.min(most, value));
}
/** The address of this view with changes; null takes a key away. */
function address(changes) {
  const next = new URLSearchParams(location.hash.slice(1));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) next.delete(key);
    else next.set(key, value);
  }
  return '#' + next;
}
function go(changes) {
  const next = address(changes);
  if (next !== location.hash) location.hash = next;
}

// ---- controls ----

/** A labelled choice that keeps its value in the address. */
function choice(label, key, options, chosen) {
  const select = el('select', {id: 'choose-' + key, onchange: e => go({[key]: e.target.value})},
    options.map(([value, text]) => el('option', {value, selected: String(value) === String(chosen)}, text)));
  return el('label', {}, label, select);
}
const counted = (name, count) => Array.from({length: count}, (_, i) => [i + 1, `${name} ${i + 1}`]);

function layerChoice(count, layer) {
  return choice('Layer', 'layer', counted('layer', count).map(([v]) => [v, `${v} of ${count}`]), layer);
}
/** The heads, and 0 for the mean of their attention. */
function headChoice(count, head, mean = true) {
  return choice('Head', 'head', [...counted('head', count).map(([v]) => [v, `${v} of ${count}`]), ...mean ? [[0, 'mean of all']] : []], head);
}
function tokenChoice(label, key, tokens, chosen) {
  return choice(label, key, tokens.map((token, i) => [i, `${i}  ${token}`]), chosen);
}
const controls = (...items) => items.every(item => item === null) ? null : el('div', {class: 'controls', role: 'group', 'aria-label': 'What is shown'}, ...items);
const formula = text => el('div', {class: 'formula'}, text);

// ---- the code of a step: methods as they stand in the source, which the build packed into the page ----

/** 'some/Class.java#method' as a reader calls it: Class.method. */
const called = place => place.replace(/^.*\//, '').replace('.java#', '.');

/** Links to the methods of a step; one that is shown is closed by its link. */
function codeLinks(places, shown) {
  const plain = places.filter(place => place.includes('/textbook/'));
  const program = places.filter(place => !plain.includes(place));
  const links = (title, some) => some.length === 0 ? null : el('span', {}, title, some.flatMap((place, i) => [
    i ? ' · ' : ' ',
    el('a', {id: 'code-' + called(place), href: address({code: place === shown ? null : called(place)}),
      'aria-expanded': String(place === shown), 'aria-controls': place === shown ? 'listing' : null}, called(place))]));
  return el('p', {class: 'code'}, links('The code in plain loops:', plain), links('In the program:', program));
}

/** The method that the address names, if this step has it. */
function listing(place) {
  if (!place) return null;
  const {line, text} = sources[place];
  const last = line + text.split('\n').length - 1;
  const comment = /\/\*\*[^]*?\*\/|\/\/ .*/g;
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(comment)) {
    parts.push(text.slice(from, match.index), el('i', {}, match[0]));
    from = match.index + match[0].length;
  }
  return el('figure', {id: 'listing', class: 'listing'},
    el('figcaption', {}, `${place.split('#')[0]}, lines ${line} to ${last}`,
      place.includes('/textbook/') ? '. It is written to be read; tests compare what it computes with the engine.'
        : place.includes('/ScalarKernels') ? '. Where the machine has vectors, a kernel that computes many of these numbers at a time gives the same bits.' : null),
    el('pre', {tabindex: 0, role: 'region', 'aria-label': 'Source of ' + called(place)}, el('code', {}, parts, text.slice(from))));
}

// ---- heat maps ----

/**
 * A matrix as colours. Hover, or focus it and use the arrow keys: the line below says the number.
 *
 * rows, columns: labels; value(i, j): the number or null; scale: 'share' from 0 or 'signed' around 0;
 * describe(i, j, number): what the line says; decimals; cell: wanted size; pick(i, j): what Enter or a click does;
 * first: instead of labels, columns are dimensions and this is the first; then the scale ends where the last few begin.
 */
function heatMap(o) {
  const n = o.rows.length;
  const m = o.columns.length;
  const wide = o.columns.some(c => c !== '');
  const size = o.cell || Math.max(7, Math.min(40, Math.floor(820 / m)));
  const height = o.height || size;
  const font = Math.max(9, Math.min(14, height - 1));
  const canvas = el('canvas', {tabindex: 0, role: 'img', 'aria-label': o.label + '. Arrow keys move, the line below says the number.'});
  const readout = el('p', {class: 'readout', 'aria-live': 'polite'}, 'Point at a cell, or focus the picture and use the arrow keys.');
  const shown = canvas.getContext('2d');
  const picture = el('canvas'); // drawn once; the frame of a cell moves over a copy of it
  const context = picture.getContext('2d');
  const fontName = `${font}px system-ui, "Segoe UI", Roboto, Arial, sans-serif`;
  context.font = fontName;
  const longest = labels => Math.min(150, Math.max(0, ...labels.map(l => context.measureText(l).width)));
  const dimensions = o.first !== undefined;
  const left = Math.max(dimensions ? 84 : 0, Math.ceil(longest(o.rows)) + 8);
  const top = wide ? Math.ceil(longest(o.columns)) + 8 : 2;
  const bottom = dimensions ? 20 : 2;
  const sizes = [];
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) sizes.push(Math.abs(o.value(i, j) || 0));
  const most = sizes.reduce((a, b) => Math.max(a, b), 0);
  const largest = dimensions ? scaleEnd(sizes, most) : most;
  const colour = v => o.scale === 'signed' ? signedColour(v / (largest || 1)) : shareColour(v / (largest || 1));
  let at = null;

  const dpr = window.devicePixelRatio || 1;
  function draw() {
    const width = left + m * size + 2;
    const full = top + n * height + bottom;
    canvas.width = picture.width = width * dpr;
    canvas.height = picture.height = full * dpr;
    canvas.style.width = width + 'px';
    canvas.style.height = full + 'px';
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    const style = getComputedStyle(document.documentElement);
    const text = style.getPropertyValue('--text');
    context.font = fontName;
    context.textBaseline = 'middle';
    const fits = size >= 34 && height >= 18;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const value = o.value(i, j);
        if (value === null) continue;
        const c = colour(value);
        context.fillStyle = css(c);
        context.fillRect(left + j * size, top + i * height, size, height);
        if (fits) {
          context.fillStyle = inkOn(c);
          context.font = '11px system-ui, Arial, sans-serif';
          context.textAlign = 'center';
          context.fillText(fixed(value, 2), left + (j + 0.5) * size, top + (i + 0.5) * height);
          context.font = fontName;
        }
      }
    }
    context.fillStyle = text;
    context.textAlign = 'right';
    if (height >= 9 || n <= 3) o.rows.forEach((label, i) => context.fillText(label, left - 5, top + (i + 0.5) * height, left - 6));
    if (wide) {
      context.textAlign = 'left';
      if (size >= 9) o.columns.forEach((label, j) => {
        context.save();
        context.translate(left + (j + 0.5) * size, top - 5);
        context.rotate(-Math.PI / 2);
        context.fillText(label, 0, 0, top - 6);
        context.restore();
      });
    }
    if (dimensions) ticks(style.getPropertyValue('--faint'));
    context.strokeStyle = style.getPropertyValue('--line');
    context.strokeRect(left - 0.5, top - 0.5, m * size + 1, n * height + 1);
    frame(null);
  }
  /** The picture with a frame around a cell. */
  function frame(cell) {
    shown.setTransform(1, 0, 0, 1, 0, 0);
    shown.clearRect(0, 0, canvas.width, canvas.height);
    shown.drawImage(picture, 0, 0);
    if (!cell) return;
    shown.setTransform(dpr, 0, 0, dpr, 0, 0);
    shown.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--focus');
    shown.lineWidth = 2;
    shown.strokeRect(left + cell[1] * size - 1, top + cell[0] * height - 1, size + 2, height + 2);
  }
  /** Numbers of dimensions below the picture: the first, the last, some between. */
  function ticks(ink) {
    context.fillStyle = ink;
    context.font = '12px system-ui, Arial, sans-serif';
    const y = top + n * height + 11;
    context.textAlign = 'right';
    context.fillText('dimension', left - 5, y, left - 6);
    const count = Math.max(1, Math.min(m - 1, 8, Math.floor(m * size / 60)));
    for (let t = 0; t <= count; t++) {
      const j = t === count ? m - 1 : Math.round(t * m / count);
      context.textAlign = t === 0 ? 'left' : t === count ? 'right' : 'center';
      context.fillText(o.first + j, left + (j + (t === 0 ? 0 : t === count ? 1 : 0.5)) * size, y);
    }
    context.font = fontName;
  }
  function show(i, j) {
    at = [i, j];
    frame(at);
    const value = o.value(i, j);
    readout.textContent = value === null ? 'nothing here' : o.describe(i, j, fixed(value, o.decimals));
    readout.dataset.value = value === null ? '' : value;
    readout.dataset.cell = i + ',' + j;
  }
  function cellOf(event) {
    const box = canvas.getBoundingClientRect();
    const j = Math.floor((event.clientX - box.left - left) / size);
    const i = Math.floor((event.clientY - box.top - top) / height);
    return i >= 0 && i < n && j >= 0 && j < m ? [i, j] : null;
  }
  canvas.addEventListener('mousemove', e => { const c = cellOf(e); if (c && (!at || c[0] !== at[0] || c[1] !== at[1])) show(...c); });
  canvas.addEventListener('click', e => { const c = cellOf(e); if (c && o.pick) o.pick(...c); });
  canvas.addEventListener('keydown', e => {
    const moves = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
    if (e.key === 'Enter' && at && o.pick) o.pick(...at);
    if (!moves[e.key] || !n || !m) return;
    e.preventDefault();
    const [i, j] = at ? [at[0] + moves[e.key][0], at[1] + moves[e.key][1]] : [0, 0];
    show(Math.max(0, Math.min(n - 1, i)), Math.max(0, Math.min(m - 1, j)));
    const cell = canvas.parentElement;
    cell.scrollLeft = Math.min(cell.scrollLeft, at[1] * size) < at[1] * size + left + size - cell.clientWidth
      ? at[1] * size + left + size - cell.clientWidth : Math.min(cell.scrollLeft, at[1] * size);
  });
  draw();
  const low = o.scale === 'signed' ? -largest : 0;
  const stops = Array.from({length: 9}, (_, i) => css(colour(low + (largest - low) * i / 8)));
  const legendDecimals = Math.min(o.decimals, 2);
  const cut = largest < most;
  return el('figure', {'data-redraw': true},
    o.title ? el('h3', {}, o.title) : null,
    el('div', {class: 'scroll'}, canvas),
    readout,
    el('figcaption', {}, el('span', {class: 'legend'},
      (cut ? '≤ ' : '') + fixed(low, legendDecimals), el('i', {style: `background:linear-gradient(90deg, ${stops.join(',')})`}),
      (cut ? '≥ ' : '') + fixed(largest, legendDecimals)),
      o.caption ? el('span', {}, o.caption) : null,
      cut ? el('span', {}, `; a few numbers are beyond the scale, up to ${fixed(most, o.decimals)} in size`) : null));
}

/** Where a scale of colours ends: a few numbers that are far larger than all others would leave the rest pale. */
function scaleEnd(sizes, most) {
  const end = [...sizes].sort((a, b) => a - b)[Math.floor(0.995 * (sizes.length - 1))];
  return end > 0 && most > 1.5 * end ? end : most;
}

/** Tokens shaded by numbers; a click or Enter picks one. */
function shaded(tokens, values, o) {
  const largest = o.largest || Math.max(...values.map(v => Math.abs(v || 0))) || 1;
  return el('div', {class: 'tokens'}, tokens.map((token, i) => {
    const value = values[i];
    const c = value === null ? null : o.signed ? signedColour(value / largest) : shareColour(value / largest);
    const style = c ? `background:${css(c)};color:${inkOn(c)}` : null;
    const says = value === null ? token : `${token}: ${fixed(value, o.decimals)}`;
    return o.pick
      ? el('button', {type: 'button', style, title: says, 'aria-label': says, class: i === o.chosen ? 'chosen' : null, onclick: () => o.pick(i)}, token)
      : el('span', {style, title: says, class: i === o.chosen ? 'chosen' : null}, token);
  }));
}

/** A bar to the right for what adds, to the left for what takes away. */
function signedBar(value, largest) {
  const width = `width:${Math.min(100, 100 * Math.abs(value) / (largest || 1))}%`;
  const bar = el('i', {class: 'bar ' + (value < 0 ? 'minus' : 'plus'), style: width});
  return el('span', {class: 'axis', 'aria-hidden': 'true'}, el('span', {}, value < 0 ? bar : ''), el('span', {}, value < 0 ? '' : bar));
}

/** A table; a column whose head begins with # holds numbers. */
function table(heads, rows) {
  const kind = heads.map(head => head.startsWith('#') ? 'number' : null);
  return el('div', {class: 'wide'}, el('table', {},
    el('thead', {}, el('tr', {}, heads.map((head, i) => el('th', {scope: 'col', class: kind[i]}, head.replace('#', ''))))),
    el('tbody', {}, rows.map(row => el('tr', {}, row.map((cell, i) => el('td', {class: kind[i]}, cell)))))));
}

// ---- attention, the same picture everywhere ----

/** One head of [heads, queries, keys] as rows of numbers; head 0 is the mean, which is stored last. */
function headOf(attention, head) {
  const [heads, queries, keys] = attention.shape;
  const h = head === 0 ? heads - 1 : head - 1;
  return (i, j) => attention.values[(h * queries + i) * keys + j];
}

/** Attention of one layer and head: who looks at whom, and one token's view as shaded text. */
function attentionView(attention, tokens, layer, head, token, what) {
  const decimals = attention.decimals;
  const value = headOf(attention, head);
  const name = head === 0 ? `layer ${layer}, mean of all heads` : `layer ${layer}, head ${head}`;
  const of = tokens.map((_, j) => value(token, j));
  return [
    el('h3', {}, `What “${tokens[token]}” (token ${token}) looks at`),
    shaded(tokens, of, {decimals, chosen: token, pick: i => go({token: i})}),
    heatMap({
      title: 'Everyone at once: each row is a token that asks, each column one that answers',
      label: `${what}, ${name}`, rows: tokens, columns: tokens, value, scale: 'share', decimals,
      describe: (i, j, p) => `“${tokens[i]}” gives “${tokens[j]}” ${p} of its attention (${name}; the row sums to 1).`,
      pick: i => go({token: i}),
      caption: ` shape [${tokens.length}, ${tokens.length}] of each head, rounded to ${decimals} decimals`,
    }),
  ];
}

// ---- the page ----

/** Puts up the page: title, what it is about, steps [{id, title, code: places, view: async () => elements}]. */
function present(title, about, steps) {
  const page = document.getElementById('page');
  const heading = el('h2', {tabindex: -1});
  const nav = el('nav', {'aria-label': 'Steps'}, steps.map((step, i) =>
    el('button', {type: 'button', 'data-step': step.id, onclick: () => go({step: step.id, code: null})}, `${i + 1} ${step.title}`)));
  const code = el('div', {id: 'code-of-step'});
  const body = el('div', {id: 'view'});
  const previous = el('button', {type: 'button', id: 'previous', onclick: () => turn(-1)}, '← Previous');
  const next = el('button', {type: 'button', id: 'next', onclick: () => turn(1)}, 'Next →');
  const theme = el('button', {type: 'button', id: 'theme', class: 'theme', onclick: () => {
    paint(dark() ? 'light' : 'dark');
    render();
  }}, 'Light or dark');
  page.append(
    el('header', {}, el('h1', {}, title), theme),
    ...about,
    nav,
    el('main', {}, heading, code, body, el('p', {class: 'turn'}, previous, ' ', next)),
    el('footer', {class: 'faint'}, `Model ${run.model}. Every number on this page was computed by Tercet in one run on your text, in fp32, and rounded for showing. The page loads nothing from anywhere. Its address remembers what you chose: copy it to link to a view.`));

  function current() {
    const i = steps.findIndex(step => step.id === state().step);
    return i < 0 ? 0 : i;
  }
  function turn(by) {
    go({step: steps[Math.max(0, Math.min(steps.length - 1, current() + by))].id, code: null});
    heading.focus();
  }
  let latest = 0;
  async function render() {
    const mine = ++latest;
    const i = current();
    const focused = document.activeElement && document.activeElement.id;
    const children = (await steps[i].view()).flat(3).filter(child => child);
    if (mine !== latest) return; // something newer is being drawn
    [...nav.children].forEach((button, b) => b === i ? button.setAttribute('aria-current', 'step') : button.removeAttribute('aria-current'));
    heading.textContent = steps[i].title;
    const shown = steps[i].code.find(place => called(place) === state().code);
    code.replaceChildren(codeLinks(steps[i].code, shown), ...[listing(shown)].filter(child => child));
    previous.disabled = i === 0;
    next.disabled = i === steps.length - 1;
    body.replaceChildren(...children);
    body.dataset.shown = steps[i].id + ' ' + location.hash;
    if (focused && /^(choose|code)-/.test(focused) && document.getElementById(focused)) document.getElementById(focused).focus();
  }
  window.addEventListener('hashchange', render);
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  const paint = name => { document.documentElement.dataset.theme = name; };
  paint(media.matches ? 'dark' : 'light');
  media.addEventListener('change', () => { paint(media.matches ? 'dark' : 'light'); render(); });
  let before = null; // paper is white
  window.addEventListener('beforeprint', () => { before = document.documentElement.dataset.theme; paint('light'); render(); });
  window.addEventListener('afterprint', () => { paint(before); render(); });
  render();
}
