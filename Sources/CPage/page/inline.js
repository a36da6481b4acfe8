// What stands inside a paragraph: emphasis, code, links, mathematics. Gives trees of plain objects.

const special = /[\\`$*_~[\]!<&\n]|https?:\/\//g;
const cjk = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]/;
const punctuation = /[\p{P}\p{S}]/u;
const entities = { __proto__: null, amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', hellip: '…', mdash: '—', ndash: '–',
  times: '×', le: '≤', ge: '≥', ne: '≠', pi: 'π', infin: '∞', rarr: '→', larr: '←', copy: '©', deg: '°', middot: '·' };
const longestTarget = 2048;

/**
 * The nodes of a text: `text`, `code`, `break`, `math` and `pending` with `text`, and `strong`, `emphasis`, `strike`
 * and `link` with `children`.
 *
 * @param isOpen whether more text may follow: mathematics without its end is then `pending`.
 */
export function parseInline(text, isOpen = false) {
  return new Inline(text, isOpen).parse();
}

/** An address that a link may lead to, in full; null for scripts, data and everything that is not an address. */
export function safeAddress(target) {
  try {
    const address = new URL(target.trim());
    return ['http:', 'https:', 'mailto:'].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

class Inline {
  #nodes = [];
  /** Runs of `*`, `_` and `~` that may open, by their letter. */
  #openers = { '*': [], _: [], '~': [] };
  #brackets = [];
  /** Ends that were looked for in vain: none will be found further on. */
  #missing = new Set();
  #position = 0;

  constructor(text, isOpen) {
    this.text = text;
    this.isOpen = isOpen;
  }

  parse() {
    const { text } = this;
    while (this.#position < text.length) {
      special.lastIndex = this.#position;
      const match = special.exec(text);
      const end = match ? match.index : text.length;
      if (end > this.#position) this.#pushText(text.slice(this.#position, end));
      this.#position = end;
      if (match && !this.#take(match[0])) {
        this.#pushText(match[0]);
        this.#position = end + match[0].length;
      }
    }
    return this.#nodes;
  }

  /** Reads what begins at the position; false if it is only a letter. */
  #take(letter) {
    switch (letter) {
      case '\\': return this.#takeBackslash();
      case '`': return this.#takeCode();
      case '$': return this.#takeDollar();
      case '*': case '_': case '~': return this.#takeRun(letter);
      case '[': return this.#openBracket(1);
      case '!': return this.text[this.#position + 1] === '[' && this.#openBracket(2);
      case ']': return this.#closeBracket();
      case '<': return this.#takeAngle();
      case '&': return this.#takeEntity();
      case '\n':
        this.#push({ type: 'break' }, 1);
        return true;
      default: return this.#takeAddress();
    }
  }

  #takeBackslash() {
    const { text } = this;
    const next = text[this.#position + 1];
    if (next === '(') return this.#takeMath('\\(', '\\)', false);
    if (next === '[') return this.#takeMath('\\[', '\\]', true);
    if (text.startsWith('\\boxed{', this.#position)) return this.#takeBoxed();
    if (next === '\n') {
      this.#push({ type: 'break' }, 2);
      return true;
    }
    if (next && /[!-/:-@[-`{-~]/.test(next)) {
      this.#pushText(next);
      this.#position += 2;
      return true;
    }
    return false;
  }

  /** Mathematics between two marks. */
  #takeMath(open, close, isDisplay) {
    const start = this.#position + open.length;
    const end = this.#find(close, start);
    if (end < 0) return this.#takePending(start);
    const tex = this.text.slice(start, end).trim();
    if (!tex) return false;
    this.#push({ type: 'math', text: tex, isDisplay }, end + close.length - this.#position);
    return true;
  }

  /** `\boxed{…}` without marks around it. */
  #takeBoxed() {
    const { text } = this;
    let depth = 0;
    const last = Math.min(text.length, this.#position + longestTarget);
    for (let at = this.#position + 6; at < last; at += 1) {
      if (text[at] === '\\') at += 1;
      else if (text[at] === '{') depth += 1;
      else if (text[at] === '}' && --depth === 0) {
        this.#push({ type: 'math', text: text.slice(this.#position, at + 1), isDisplay: false }, at + 1 - this.#position);
        return true;
      }
    }
    return this.#takePending(this.#position + 7);
  }

  #takeDollar() {
    const { text } = this;
    const start = this.#position + 1;
    if (text[start] === '$') return this.#takeMath('$$', '$$', true);
    if (!text[start] || /\s/.test(text[start])) return false;
    let attempts = 0;
    for (let end = this.#find('$', start); end >= 0; end = this.#find('$', end + 1)) {
      if (end > start && !/[\s\\]/.test(text[end - 1]) && !/\d/.test(text[end + 1] ?? '')) {
        this.#push({ type: 'math', text: text.slice(start, end), isDisplay: false }, end + 1 - this.#position);
        return true;
      }
      attempts += 1;
      if (end - start > longestTarget || attempts > 8) return false;
    }
    return false;
  }

  /** Mathematics whose end is still to come. */
  #takePending(start) {
    if (!this.isOpen || this.text.length - start > longestTarget) return false;
    this.#push({ type: 'pending', text: this.text.slice(this.#position) }, this.text.length - this.#position);
    return true;
  }

  #takeCode() {
    const { text } = this;
    let width = 1;
    while (text[this.#position + width] === '`') width += 1;
    const fence = '`'.repeat(width);
    let end = this.#position + width;
    if (!this.#missing.has(fence)) {
      while ((end = text.indexOf(fence, end)) >= 0) {
        if (text[end + width] !== '`') break;
        while (text[end] === '`') end += 1;
      }
      if (end < 0) this.#missing.add(fence);
      else {
        const code = text.slice(this.#position + width, end).replaceAll('\n', ' ');
        const isPadded = code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '';
        this.#push({ type: 'code', text: isPadded ? code.slice(1, -1) : code }, end + width - this.#position);
        return true;
      }
    }
    this.#pushText(fence);
    this.#position += width;
    return true;
  }

  #takeRun(letter) {
    const { text } = this;
    const start = this.#position;
    let end = start;
    while (text[end] === letter) end += 1;
    let width = end - start;
    const before = text[start - 1] ?? ' ';
    const after = text[end] ?? ' ';
    const [opens, closes] = flanks(letter, before, after);
    this.#position = end;
    if (closes) width = this.#closeRun(letter, width, opens);
    if (width > 0) {
      this.#nodes.push({ type: 'text', text: letter.repeat(width) });
      if (opens && (letter !== '~' || width === 2)) {
        this.#openers[letter].push({ node: this.#nodes.length - 1, width, closes });
      }
    }
    return true;
  }

  /** Matches a run with those before it; returns how much of it is left. */
  #closeRun(letter, width, opens) {
    const openers = this.#openers[letter];
    while (width > 0) {
      let index = openers.length - 1;
      // Of rule 9 and 10 of CommonMark's emphasis: a run that could be either needs a partner of another sum.
      for (const last = Math.max(0, index - 8); index >= last; index -= 1) {
        const opener = openers[index];
        if (letter === '~') {
          if (opener.width === 2 && width >= 2) break;
        } else if (!((opens || opener.closes) && (opener.width + width) % 3 === 0 && (opener.width % 3 || width % 3))) {
          break;
        }
      }
      const opener = openers[index];
      if (!opener || index < 0) break;
      const used = opener.width >= 2 && width >= 2 ? 2 : 1;
      const children = this.#nodes.splice(opener.node + 1);
      this.#forget(opener.node);
      opener.width -= used;
      width -= used;
      if (opener.width > 0) {
        this.#nodes[opener.node].text = letter.repeat(opener.width);
        openers.push(opener);
      } else {
        this.#nodes.pop();
      }
      this.#nodes.push({ type: letter === '~' ? 'strike' : used === 2 ? 'strong' : 'emphasis', children });
    }
    return width;
  }

  /** Drops what was open at or behind a node. */
  #forget(node) {
    for (const openers of Object.values(this.#openers)) while (openers.at(-1)?.node >= node) openers.pop();
    while (this.#brackets.at(-1)?.node >= node) this.#brackets.pop();
  }

  #openBracket(width) {
    this.#nodes.push({ type: 'text', text: width === 2 ? '![' : '[' });
    this.#brackets.push({ node: this.#nodes.length - 1, isImage: width === 2 });
    this.#position += width;
    return true;
  }

  #closeBracket() {
    const bracket = this.#brackets.pop();
    if (!bracket) return false;
    const { text } = this;
    const window = text.slice(this.#position, this.#position + longestTarget);
    const match = /^\]\(\s*(?:<([^<>\n]*)>|((?:\\.|[^\s()\\]|\([^\s()]*\))*))(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)/.exec(window);
    if (!match) return false;
    const target = (match[1] ?? match[2] ?? '').replace(/\\([!-/:-@[-`{-~])/g, '$1');
    const address = safeAddress(target);
    const children = this.#nodes.splice(bracket.node + 1);
    this.#forget(bracket.node);
    this.#nodes.pop();
    if (address) {
      this.#brackets = [];
      this.#nodes.push({ type: 'link', address, isImage: bracket.isImage, children });
    } else {
      // What it would have led to is shown, and leads nowhere.
      this.#nodes.push(...children);
      if (target) this.#pushText(` (${target})`);
    }
    this.#position += match[0].length;
    return true;
  }

  #takeAngle() {
    const window = this.text.slice(this.#position, this.#position + longestTarget);
    const line = /^<br\s*\/?>/i.exec(window);
    if (line) {
      this.#push({ type: 'break' }, line[0].length);
      return true;
    }
    const match = /^<((?:https?:\/\/|mailto:)[^\s<>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>/i.exec(window);
    if (!match) return false;
    const address = safeAddress(match[1].includes(':') ? match[1] : `mailto:${match[1]}`);
    if (!address) return false;
    this.#push({ type: 'link', address, children: [{ type: 'text', text: match[1] }] }, match[0].length);
    return true;
  }

  #takeEntity() {
    const window = this.text.slice(this.#position, this.#position + 12);
    const match = /^&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,8}));/.exec(window);
    if (!match) return false;
    const code = match[1] ? Number.parseInt(match[1], 10) : match[2] ? Number.parseInt(match[2], 16) : null;
    const letter = code === null ? entities[match[3]]
      : code > 31 && code < 0x110000 && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
    if (!letter) return false;
    this.#pushText(letter);
    this.#position += match[0].length;
    return true;
  }

  /** An address without marks around it. */
  #takeAddress() {
    if (/\w/.test(this.text[this.#position - 1] ?? '')) return false;
    const window = this.text.slice(this.#position, this.#position + longestTarget);
    const letters = /^https?:\/\/[^\s<>"'`\u0080-\uffff]+/.exec(window)?.[0] ?? '';
    let surplus = letters.split(')').length - letters.split('(').length;
    let end = letters.length;
    for (; end > 0; end -= 1) {
      if (letters[end - 1] === ')' && surplus > 0) surplus -= 1;
      else if (!'.,:;!?*_~]|\\'.includes(letters[end - 1])) break;
    }
    const match = letters.slice(0, end);
    const address = safeAddress(match);
    if (!address || match.length < 10) return false;
    this.#push({ type: 'link', address, children: [{ type: 'text', text: match }] }, match.length);
    return true;
  }

  #find(mark, from) {
    if (this.#missing.has(mark)) return -1;
    const found = this.text.indexOf(mark, from);
    if (found < 0) this.#missing.add(mark);
    return found;
  }

  #push(node, width) {
    this.#nodes.push(node);
    this.#position += width;
  }

  #pushText(text) {
    const last = this.#nodes.at(-1);
    const isOpener = last?.type === 'text' && (this.#brackets.at(-1)?.node === this.#nodes.length - 1
      || Object.values(this.#openers).some((openers) => openers.at(-1)?.node === this.#nodes.length - 1));
    if (last?.type === 'text' && !isOpener) last.text += text;
    else this.#nodes.push({ type: 'text', text });
  }
}

/** Whether a run can open and close emphasis; next to Chinese, punctuation does not keep it from that. */
function flanks(letter, before, after) {
  const [spaceBefore, spaceAfter] = [/\s/.test(before), /\s/.test(after)];
  const [markBefore, markAfter] = [punctuation.test(before), punctuation.test(after)];
  const left = !spaceAfter && (!markAfter || spaceBefore || markBefore || cjk.test(before));
  const right = !spaceBefore && (!markBefore || spaceAfter || markAfter || cjk.test(after));
  return letter === '_' ? [left && (!right || markBefore), right && (!left || markAfter)] : [left, right];
}
