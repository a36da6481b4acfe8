// Trees of Markdown as elements, and a view that follows a growing text. Text becomes text nodes and nothing else, so
// that no output of a model can be more than text.

import { copyText, h, icon } from './dom.js';
import { highlight, languageNamed } from './highlight.js';
import { t } from './i18n.js';
import { parseInline } from './inline.js';
import { parseBlocks } from './markdown.js';
import { renderMath } from './math.js';

const deepest = 24;
/** Lines of code, and characters, that are laid out together. */
const chunk = { lines: 60, characters: 6000 };
/** Milliseconds of a frame that are spent on blocks. */
const frameBudget = 12;
/** Blocks of a long answer that are laid out together, and only when they are in sight. */
const part = 50;
/** Characters of a paragraph, and rows of a table, that are made together. */
const piece = { characters: 16000, rows: 300 };
/** Characters of TeX from which on a formula may be wider than a line. */
const wideFormula = 60;
/** Characters that turn the direction of what follows: they could make text or code read as something else. */
const turning = /([\u202a-\u202e\u2066-\u2069])/;

/** Shows a text as it grows: finished blocks stay as they are, and only what is still open is made again. */
export class MarkdownView {
  #blocks = [];
  #offset = 0;
  #text = '';
  #isOpen = false;
  /** Finished blocks that are not shown yet. */
  #queue = [];
  /** The last blocks, which more text can change, and their elements as far as they are shown. */
  #open = [];
  #openElements = [];
  #frame = 0;
  /** Parts, and finished blocks behind them. */
  #parts = 0;
  #loose = 0;

  constructor(attributes = {}) {
    this.element = h('div', { ...attributes, class: `markdown ${attributes.class ?? ''}`.trim() });
  }

  /**
   * @param isOpen whether more text may follow.
   */
  update(text, isOpen) {
    if (text === this.#text && isOpen === this.#isOpen) return;
    if (!text.startsWith(this.#text.slice(0, this.#offset))) this.#reset();
    this.#text = text;
    this.#isOpen = isOpen;
    const blocks = parseBlocks(this.#offset > 0 ? text.slice(this.#offset) : text);
    let settled = Math.max(0, blocks.length - 1);
    // The beginning of a line may turn out to belong to the block before it.
    if (isOpen && settled > 0 && !text.includes('\n', this.#offset + blocks[settled].start)) settled -= 1;
    const finished = blocks.slice(0, settled);
    this.#open = blocks.slice(settled);
    if (settled > 0) this.#offset += this.#open[0].start;
    // What was open may stay as it is, in its final form.
    while (finished.length > 0 && this.#openElements[0]?.update(finished[0])) {
      this.#openElements.shift();
      finished.shift();
      this.#loose += 1;
    }
    if (finished.length > 0) this.#dropOpen(0);
    this.#queue.push(...finished);
    this.#work();
  }

  #reset() {
    this.element.replaceChildren();
    this.#queue = [];
    this.#offset = 0;
    this.#loose = this.#parts = 0;
    this.#openElements = [];
  }

  /** Puts the first of many finished blocks into parts. */
  #gather() {
    while (this.#loose > 2 * part) {
      const blocks = [...this.element.children].slice(this.#parts, this.#parts + part);
      const element = h('div', { class: 'part' });
      this.element.insertBefore(element, blocks[0]);
      element.append(...blocks);
      this.#parts += 1;
      this.#loose -= part;
    }
  }

  #dropOpen(first) {
    for (const { element } of this.#openElements.splice(first)) element.remove();
  }

  /** Shows what fits into a frame, and goes on in the next one. */
  #work() {
    cancelAnimationFrame(this.#frame);
    const end = performance.now() + frameBudget;
    let shown = 0;
    while (shown < this.#queue.length && performance.now() < end) {
      this.element.append(new BlockElement(this.#queue[shown], false).element);
      shown += 1;
    }
    this.#queue.splice(0, shown);
    this.#loose += shown;
    this.#gather();
    if (this.#queue.length > 0) {
      this.#frame = requestAnimationFrame(() => this.#work());
      return;
    }
    this.#open.forEach((block, index) => {
      const isOpen = this.#isOpen && index === this.#open.length - 1;
      if (this.#openElements[index]?.update(block, isOpen)) return;
      this.#dropOpen(index);
      const made = new BlockElement(block, isOpen);
      this.#openElements.push(made);
      this.element.append(made.element);
    });
    this.#dropOpen(this.#open.length);
  }
}

/** A block with its element. Code and what is long keep their element while they grow. */
class BlockElement {
  #view = null;
  #source;

  constructor(block, isOpen) {
    this.#source = sourceOf(block, isOpen);
    if (block.type === 'code') this.#view = new CodeView(block);
    if (isLong(block)) this.#view = new PiecesView(block, isOpen);
    this.element = this.#view?.element ?? blockElement(block, isOpen, 0);
  }

  /** Takes a later form of the block; false if it needs another element. */
  update(block, isOpen = false) {
    const source = sourceOf(block, isOpen);
    if (source !== null && source === this.#source) return true;
    this.#source = source;
    return this.#view?.update(block, isOpen) ?? false;
  }
}

/** What decides how a simple block looks; null for others. */
function sourceOf(block, isOpen) {
  return block.type === 'paragraph' || block.type === 'heading' ? `${block.type}${block.level}${isOpen}${block.text}` : null;
}

function isLong(block) {
  return block.type === 'paragraph' && block.text.length > piece.characters
    || block.type === 'table' && block.rows.length > piece.rows;
}

/** A long paragraph or table in pieces, of which only the last one is made again as it grows. */
class PiecesView {
  #shown = [];

  constructor(block, isOpen) {
    this.type = block.type;
    this.element = h('div', { class: 'pieces' });
    this.update(block, isOpen);
  }

  update(block, isOpen) {
    if (block.type !== this.type || !isLong(block)) return false;
    const all = block.type === 'table' ? tablePieces(block) : paragraphPieces(block);
    const kept = Math.max(0, Math.min(this.#shown.length, all.length) - 1);
    for (const element of this.#shown.splice(kept)) element.remove();
    all.slice(kept).forEach((one, index) => {
      const element = blockElement(one, isOpen && kept + index === all.length - 1, 0);
      this.#shown.push(element);
      this.element.append(element);
    });
    return true;
  }
}

function paragraphPieces({ text }) {
  const pieces = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(text.length, start + piece.characters);
    const gap = text.lastIndexOf(' ', end);
    if (end < text.length && gap > start + piece.characters / 2) end = gap + 1;
    pieces.push({ type: 'paragraph', text: text.slice(start, end) });
    start = end;
  }
  return pieces;
}

function tablePieces(block) {
  const pieces = [];
  for (let start = 0; start < block.rows.length; start += piece.rows) {
    pieces.push({ ...block, rows: block.rows.slice(start, start + piece.rows) });
  }
  return pieces;
}

function blockElement(block, isOpen, depth) {
  if (isLong(block)) return new PiecesView(block, isOpen).element;
  switch (block.type) {
    // The page's own headings are above those of an answer.
    case 'heading': return h(`h${Math.min(6, block.level + 2)}`, { class: `level-${block.level}` }, inline(block.text, isOpen));
    case 'rule': return h('hr');
    case 'code': return new CodeView(block).element;
    case 'math': return h('div', { class: 'display-math', tabindex: '0', role: 'group', 'aria-label': t('formula') },
      renderMath(block.tex, true));
    case 'quote': return h('blockquote', {}, blocks(block.blocks, isOpen, depth));
    case 'list': return list(block, isOpen, depth);
    case 'table': return table(block, isOpen);
    default: return h('p', {}, inline(block.text, isOpen));
  }
}

function blocks(list, isOpen, depth) {
  return list.map((block, index) => blockElement(block, isOpen && index === list.length - 1, depth + 1));
}

function list(block, isOpen, depth) {
  const items = block.items.map((item, index) => {
    const isLast = isOpen && index === block.items.length - 1;
    const [first, ...rest] = item.blocks;
    const children = first?.type === 'paragraph' && block.isTight
      ? [...inline(first.text, isLast && rest.length === 0), ...blocks(rest, isLast, depth)]
      : blocks(item.blocks, isLast, depth);
    if (item.isDone === null) return h('li', {}, children);
    const box = h('input', { type: 'checkbox', disabled: true, 'aria-label': t(item.isDone ? 'done' : 'notDone') });
    box.checked = item.isDone;
    return h('li', { class: 'task' }, box, children);
  });
  const start = block.isOrdered && block.first !== 1 ? String(block.first) : null;
  return h(block.isOrdered ? 'ol' : 'ul', { class: block.isTight ? 'tight' : null, start }, items);
}

function table(block, isOpen) {
  const cell = (name, text, index) => h(name, { class: block.alignment[index], scope: name === 'th' ? 'col' : null },
    inline(text, isOpen));
  return h(
    'div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': t('table') },
    h('table', {},
      h('thead', {}, h('tr', {}, block.head.map((text, index) => cell('th', text, index)))),
      h('tbody', {}, block.rows.map((row) => h('tr', {}, row.map((text, index) => cell('td', text, index)))))));
}

function inline(text, isOpen) {
  return inlineNodes(parseInline(text, isOpen), 0);
}

function inlineNodes(nodes, depth) {
  return nodes.flatMap((node) => inlineNode(node, depth));
}

function inlineNode(node, depth) {
  if (node.children && depth >= deepest) return textNodes(plainText(node));
  switch (node.type) {
    case 'text': return textNodes(node.text);
    case 'break': return [h('br')];
    case 'code': return [h('code', { dir: 'ltr' }, textNodes(node.text))];
    case 'pending': return [h('span', { class: 'pending' }, textNodes(node.text))];
    case 'math': return [formula(node)];
    case 'strong': return [h('strong', {}, inlineNodes(node.children, depth + 1))];
    case 'emphasis': return [h('em', {}, inlineNodes(node.children, depth + 1))];
    case 'strike': return [h('s', {}, inlineNodes(node.children, depth + 1))];
    default: return link(node, depth);
  }
}

/** A formula in a line. What may be wider than the line can be scrolled: formulas are not broken. */
function formula({ text, isDisplay }) {
  const element = renderMath(text, isDisplay);
  if (!isDisplay && text.length < wideFormula) return element;
  return h('span', { class: isDisplay ? 'display-math' : 'wide-math', tabindex: '0', role: 'group', 'aria-label': t('formula') }, element);
}

/** A link that says where it leads. Images are never loaded: they are links, too. */
function link(node, depth) {
  const { address } = node;
  const target = new URL(address);
  const host = target.host || target.pathname;
  const shown = plainText(node);
  const namesTarget = shown === address || shown.replace(/\/$/, '') === address.replace(/\/$/, '')
    || address === `mailto:${shown}`;
  const label = node.isImage ? [`${t('image')}: `, ...textNodes(shown || host)] : inlineNodes(node.children, depth + 1);
  const anchor = h('a', { href: address, rel: 'noopener noreferrer', target: '_blank', title: address }, label);
  if (namesTarget && !node.isImage) return [anchor];
  return [anchor, h('span', { class: 'target', dir: 'ltr' }, ` (${host})`)];
}

/** The text of a node without its marks; goes down without recursion. */
function plainText(node) {
  const parts = [];
  const rest = [node];
  while (rest.length > 0) {
    const next = rest.pop();
    if (next.children) rest.push(...next.children.slice().reverse());
    else parts.push(next.type === 'break' ? ' ' : next.text);
  }
  return parts.join('');
}

/** Text nodes, with characters that turn the direction made visible and without effect. */
function textNodes(text) {
  if (!turning.test(text)) return text ? [document.createTextNode(text)] : [];
  return text.split(turning).filter(Boolean).map((part) => {
    if (!turning.test(part)) return document.createTextNode(part);
    const code = `U+${part.codePointAt(0).toString(16).toUpperCase()}`;
    return h('span', { class: 'turning', title: t('turningCharacter') }, code);
  });
}

/** Code with its language and a button that copies it. Finished stretches of it are not made again. */
class CodeView {
  #text = '';
  #stretches = [];
  #code;

  constructor(block) {
    this.language = block.language;
    this.colours = languageNamed(block.language);
    this.#code = h('code', { dir: 'ltr' });
    const label = block.language ? `${t('code')}: ${block.language}` : t('code');
    const copy = h('button', { type: 'button', class: 'copy-code', click: () => this.#copy(copy) }, icon('copy'), t('copy'));
    this.element = h(
      'figure', { class: 'code', 'aria-label': label },
      h('figcaption', {}, h('span', { class: 'language' }, block.language || t('text')), copy),
      h('pre', { tabindex: '0' }, this.#code));
    this.update(block);
  }

  update(block) {
    if (block.language !== this.language) return false;
    const isLonger = block.text.startsWith(this.#text);
    if (!isLonger) {
      this.#stretches = [];
      this.#code.replaceChildren();
    }
    this.#text = block.text;
    // The last stretch may have grown; those before it have not.
    const last = this.#stretches.pop();
    last?.element.remove();
    let start = last?.start ?? 0;
    let state = last?.state ?? null;
    do {
      const end = stretchEnd(block.text, start);
      const text = block.text.slice(start, end);
      const cut = this.colours ? highlight(text, this.colours, state) : { pieces: [[null, text]], state: null };
      const element = h('span', { class: 'stretch' }, cut.pieces.map(([kind, piece]) =>
        kind ? h('span', { class: `t-${kind}` }, textNodes(piece)) : textNodes(piece)));
      this.#code.append(element);
      this.#stretches.push({ element, start, state });
      ({ state } = cut);
      start = end;
    } while (start < block.text.length);
    return true;
  }

  async #copy(button) {
    const isDone = await copyText(this.#text);
    button.replaceChildren(icon(isDone ? 'check' : 'copy'), t(isDone ? 'copied' : 'copyFailed'));
    setTimeout(() => button.replaceChildren(icon('copy'), t('copy')), 1600);
  }
}

/** Where the stretch of code that begins at an offset ends. */
function stretchEnd(text, start) {
  let end = start;
  for (let line = 0; line < chunk.lines; line += 1) {
    const next = text.indexOf('\n', end);
    if (next < 0 || next - start > chunk.characters) {
      end = next < 0 ? text.length : next + 1;
      break;
    }
    end = next + 1;
  }
  return Math.min(end, start + 4 * chunk.characters);
}
