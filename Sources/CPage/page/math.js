// TeX's mathematics as MathML. What is not known is shown as it was written; nothing is an error.

import {
  accents, delimiters, functionNames, inAlphabet, integrals, largeOperators, letters, limitNames, operators, spaces,
  uprightLetters,
} from './symbols.js';

const namespace = 'http://www.w3.org/1998/Math/MathML';
const deepest = 60;
const alphabetOf = {
  __proto__: null,
  mathbf: 'bold', bf: 'bold', boldsymbol: 'bold-italic', bm: 'bold-italic', mathbb: 'double-struck', Bbb: 'double-struck',
  mathcal: 'script', cal: 'script', mathscr: 'script', mathfrak: 'fraktur', frak: 'fraktur', mathsf: 'sans-serif',
  sf: 'sans-serif', mathtt: 'monospace', tt: 'monospace', mathit: 'italic', it: 'italic', mathrm: 'normal', rm: 'normal',
  mathnormal: null,
};
const textCommands = {
  __proto__: null,
  text: '', textrm: '', textnormal: '', textup: '', mbox: '', hbox: '', textbf: 'bold', textit: 'italic', emph: 'italic',
  textsf: 'sans-serif', texttt: 'monospace', textsc: '',
};
const sizes = {
  __proto__: null,
  big: 1.2, bigl: 1.2, bigr: 1.2, bigm: 1.2, Big: 1.8, Bigl: 1.8, Bigr: 1.8, Bigm: 1.8, bigg: 2.4, biggl: 2.4,
  biggr: 2.4, biggm: 2.4, Bigg: 3, Biggl: 3, Biggr: 3, Biggm: 3,
};
const styles = {
  __proto__: null,
  displaystyle: [true, 0], textstyle: [false, 0], scriptstyle: [false, 1], scriptscriptstyle: [false, 2],
};
/** Commands without effect here, with the number of arguments that go with them. */
const ignored = {
  __proto__: null,
  label: 1, tag: 1, 'tag*': 1, nonumber: 0, notag: 0, color: 1, allowbreak: 0, nobreak: 0, relax: 0, noindent: 0,
  centering: 0, limits: 0, nolimits: 0, strut: 0, mathstrut: 0, hfill: 0, displaylimits: 0, par: 0, null: 0, bigskip: 0,
  medskip: 0, smallskip: 0, protect: 0, scriptspace: 0,
};
/** Environments: fences around them, and how their columns stand. */
const environments = {
  __proto__: null,
  matrix: ['', '', 'c'], smallmatrix: ['', '', 'c'], pmatrix: ['(', ')', 'c'], bmatrix: ['[', ']', 'c'],
  Bmatrix: ['{', '}', 'c'], vmatrix: ['|', '|', 'c'], Vmatrix: ['‖', '‖', 'c'], cases: ['{', '', 'l'],
  dcases: ['{', '', 'l'], rcases: ['', '}', 'l'], array: ['', '', null], subarray: ['', '', null], tabular: ['', '', null],
  aligned: ['', '', 'rl'], align: ['', '', 'rl'], alignat: ['', '', 'rl'], alignedat: ['', '', 'rl'],
  flalign: ['', '', 'rl'], split: ['', '', 'rl'], eqnarray: ['', '', 'rcl'], gather: ['', '', 'c'],
  gathered: ['', '', 'c'], equation: ['', '', 'c'], multline: ['', '', 'c'], displaymath: ['', '', 'c'], math: ['', '', 'c'],
};
const displayed = /^(?:dcases|align|aligned|alignat|alignedat|flalign|split|eqnarray|gather|gathered|equation|multline)$/;

/** A `math` element for a TeX formula. */
export function renderMath(tex, isDisplay) {
  const body = new Parser(tex, isDisplay).parse();
  const math = make('math', { display: isDisplay ? 'block' : null, alttext: tex }, body);
  if (!isDisplay && body.some((node) => node.localName === 'mtable')) math.setAttribute('displaystyle', 'true');
  return math;
}

class Parser {
  #position = 0;
  #depth = 0;
  /** The alphabet in force; null: variables are italic. */
  #alphabet = null;

  constructor(tex, isDisplay) {
    this.tex = tex;
    this.isDisplay = isDisplay;
  }

  parse() {
    const nodes = [];
    while (true) {
      nodes.push(...this.#list(() => false));
      if (this.#position >= this.tex.length) return nodes;
      // An end without its beginning.
      nodes.push(this.#unknown(this.#token()));
    }
  }

  /** The next token, consumed: a command with its backslash, a letter, or '' at the end. Skips space and comments. */
  #token() {
    this.#skipSpace();
    const { tex } = this;
    const start = this.#position;
    if (start >= tex.length) return '';
    if (tex[start] === '\\') {
      const name = /^[A-Za-z]+\*?/.exec(tex.slice(start + 1, start + 40))?.[0];
      const width = name ? name.length - (name.endsWith('*') && !/^(?:tag|operatorname)\*/.test(name) ? 1 : 0) : 1;
      this.#position = Math.min(tex.length, start + 1 + width);
    } else {
      this.#position += tex.codePointAt(start) > 0xffff ? 2 : 1;
    }
    return tex.slice(start, this.#position);
  }

  #peek() {
    const before = this.#position;
    const token = this.#token();
    this.#position = before;
    return token;
  }

  #skipSpace() {
    const { tex } = this;
    while (this.#position < tex.length) {
      if (tex[this.#position] === '%') {
        const end = tex.indexOf('\n', this.#position);
        this.#position = end < 0 ? tex.length : end + 1;
      } else if (/\s/.test(tex[this.#position])) this.#position += 1;
      else return;
    }
  }

  /** Everything up to a token for which `isEnd` holds, or that ends a group; that token is left. */
  #list(isEnd) {
    if (this.#depth >= deepest) return [this.#rest()];
    this.#depth += 1;
    const alphabet = this.#alphabet;
    let nodes = [];
    while (true) {
      const token = this.#peek();
      if (token === '' || token === '}' || token === '&' || token === '\\\\' || token === '\\cr' || token === '\\end'
        || token === '\\right' || isEnd(token)) break;
      if (['\\over', '\\choose', '\\atop', '\\brace', '\\brack'].includes(token)) {
        this.#token();
        nodes = [this.#infix(token, nodes, this.#list(isEnd))];
        continue;
      }
      if (token.slice(1) in styles) {
        this.#token();
        const [display, level] = styles[token.slice(1)];
        nodes.push(make('mstyle', { displaystyle: display, scriptlevel: level }, this.#list(isEnd)));
        continue;
      }
      if (/^\\(?:rm|bf|it|sf|tt|cal|frak)$/.test(token)) {
        this.#token();
        this.#alphabet = alphabetOf[token.slice(1)];
        continue;
      }
      const node = this.#scripted();
      if (node) nodes.push(node);
    }
    this.#alphabet = alphabet;
    this.#depth -= 1;
    return nodes;
  }

  #infix(token, above, below) {
    const fraction = make('mfrac', { linethickness: token === '\\over' ? null : '0' }, [row(above), row(below)]);
    const [open, close] = { '\\choose': '()', '\\brace': '{}', '\\brack': '[]' }[token] ?? ['', ''];
    return open ? make('mrow', {}, [fence(open), fraction, fence(close)]) : fraction;
  }

  /** What nests too deeply, as text. */
  #rest() {
    const text = this.tex.slice(this.#position);
    this.#position = this.tex.length;
    return make('mtext', { class: 'unknown' }, [text]);
  }

  /** An atom with its subscript, superscript and primes. */
  #scripted() {
    const token = this.#peek();
    const base = token === '^' || token === '_' || token === "'" ? row([]) : this.#atom();
    if (!base) return null;
    let [below, above, primes, limits] = [null, null, '', base.limits ?? false];
    while (true) {
      const next = this.#peek();
      if (next === '\\limits' || next === '\\nolimits') {
        this.#token();
        limits = next === '\\limits' ? 'always' : false;
      } else if (next === '_' && !below) {
        this.#token();
        below = this.#argument();
      } else if (next === '^' && !above) {
        this.#token();
        above = this.#argument();
      } else if (next === "'" || next === '’') {
        this.#token();
        primes += '′';
      } else if (next === '^' || next === '_') {
        this.#token();
        this.#argument();
      } else break;
    }
    if (primes) {
      const mark = make('mo', { class: 'prime', lspace: '0', rspace: '0' }, [primes]);
      above = above ? row([mark, above]) : mark;
    }
    if (!below && !above) return base;
    const isStacked = limits === 'always' || limits === 'display' && this.isDisplay;
    if (limits === 'display' && !isStacked && base.localName === 'mo') base.setAttribute('movablelimits', 'true');
    const names = isStacked ? ['munder', 'mover', 'munderover'] : ['msub', 'msup', 'msubsup'];
    if (below && above) return make(names[2], {}, [base, below, above]);
    return make(below ? names[0] : names[1], {}, [base, below ?? above]);
  }

  /** An argument: a group or one token. */
  #argument() {
    const token = this.#peek();
    if (token === '{') {
      this.#token();
      return row(this.#group());
    }
    if (/^\d$/.test(token)) {
      this.#token();
      return make('mn', {}, [this.#styled(token)]);
    }
    if (token === '' || token === '}' || token === '&' || token === '\\\\' || token === '\\end' || token === '\\right') {
      return row([]);
    }
    if (token === '^' || token === '_') {
      this.#token();
      return this.#unknown(token);
    }
    return this.#atom() ?? row([]);
  }

  /** The nodes of a group whose opening brace was read. */
  #group() {
    const nodes = this.#list(() => false);
    // Alignment marks and line ends have no meaning inside braces.
    while (this.#peek() !== '}' && this.#peek() !== '' && this.#depth < deepest) {
      if (this.#peek() === '\\end' || this.#peek() === '\\right') return nodes;
      this.#token();
      nodes.push(...this.#list(() => false));
    }
    if (this.#peek() === '}') this.#token();
    return nodes;
  }

  /** The raw text of an argument in braces, or the next token. */
  #raw() {
    if (this.#peek() !== '{') return this.#token();
    this.#token();
    const start = this.#position;
    let depth = 1;
    for (; this.#position < this.tex.length; this.#position += 1) {
      const letter = this.tex[this.#position];
      if (letter === '\\') this.#position += 1;
      else if (letter === '{') depth += 1;
      else if (letter === '}' && --depth === 0) {
        this.#position += 1;
        return this.tex.slice(start, this.#position - 1);
      }
    }
    this.#position = this.tex.length;
    return this.tex.slice(start);
  }

  /** The raw text of an optional argument in brackets; null without one. */
  #option() {
    if (this.#peek() !== '[') return null;
    const end = this.tex.indexOf(']', this.#position);
    if (end < 0) return null;
    this.#token();
    const text = this.tex.slice(this.#position, end);
    this.#position = end + 1;
    return text;
  }

  #styled(text) {
    return this.#alphabet && this.#alphabet !== 'normal' ? inAlphabet(text, this.#alphabet) : text;
  }

  #identifier(text) {
    const isUpright = this.#alphabet !== null && this.#alphabet !== 'italic';
    return make('mi', { mathvariant: isUpright ? 'normal' : null }, [this.#styled(text)]);
  }

  #atom() {
    const token = this.#token();
    if (token === '{') return row(this.#group());
    if (token.startsWith('\\')) return this.#command(token.slice(1));
    if (/[\d.,]/.test(token)) return this.#number(token);
    if (token === '~') return space(spaces['~']);
    if (/\p{L}/u.test(token)) {
      // A word in an upright alphabet is one name, as in \mathrm{area}.
      if (this.#alphabet === 'normal') {
        const word = /^[\p{L}\d]*/u.exec(this.tex.slice(this.#position))[0];
        this.#position += word.length;
        return this.#identifier(token + word);
      }
      return /[a-zA-Z\u0370-\u03ff]/.test(token) ? this.#identifier(token) : make('mtext', {}, [token]);
    }
    const sign = { '-': '−', '*': '∗', "'": '′', '`': '‘', ':': ':' }[token] ?? token;
    if ('([{'.includes(sign)) return make('mo', { stretchy: 'false', form: 'prefix' }, [sign]);
    if (')]}'.includes(sign)) return make('mo', { stretchy: 'false', form: 'postfix' }, [sign]);
    if (sign === '|' || sign === '/') return make('mo', { stretchy: 'false', lspace: '0.05em', rspace: '0.05em' }, [sign]);
    return make('mo', { stretchy: 'false' }, [sign]);
  }

  #number(first) {
    const rest = /^(?:\d|[.,](?=\d))*/.exec(this.tex.slice(this.#position, this.#position + 400))[0];
    if (first === ',' || first === '.' && !/^\d/.test(rest)) {
      return make('mo', { separator: first === ',' ? 'true' : null }, [first]);
    }
    this.#position += rest.length;
    return make('mn', {}, [this.#styled(first + rest)]);
  }

  #command(name) {
    if (name in letters) return this.#identifier(letters[name]);
    if (name in uprightLetters) return make('mi', { mathvariant: 'normal' }, [this.#styled(uprightLetters[name])]);
    if (name in operators) return make('mo', { stretchy: 'false' }, [operators[name]]);
    if (name in largeOperators) return limited(make('mo', { movablelimits: 'false' }, [largeOperators[name]]), 'display');
    if (name in integrals) return make('mo', {}, [integrals[name]]);
    if (functionNames.has(name)) return this.#named(name);
    if (limitNames.has(name)) return limited(this.#named(limitNames.get(name)), 'display');
    if (name in delimiters) return fence(delimiters[name], false);
    if (name in accents) return this.#accent(...accents[name]);
    if (name in spaces) return space(spaces[name]);
    if (name in alphabetOf) return this.#inAlphabet(alphabetOf[name]);
    if (name in textCommands) return this.#text(textCommands[name]);
    if (name in sizes) return this.#sized(sizes[name]);
    if (name in ignored) {
      for (let count = ignored[name]; count > 0; count -= 1) this.#raw();
      return null;
    }
    return this.#construct(name);
  }

  #construct(name) {
    switch (name) {
      case 'frac': case 'dfrac': case 'tfrac': case 'cfrac': return this.#fraction(name);
      case 'binom': case 'dbinom': case 'tbinom':
        return this.#infix('\\choose', [this.#argument()], [this.#argument()]);
      case 'sqrt': return this.#root();
      case 'left': return this.#fenced();
      case 'middle': return fence(this.#delimiter());
      case 'begin': return this.#environment();
      case 'boxed': case 'fbox':
        return make('mrow', { class: 'boxed' }, [name === 'boxed' ? this.#argument() : this.#text('')]);
      case 'operatorname': case 'operatorname*': return this.#operatorName(name.endsWith('*'));
      case 'overset': case 'stackrel': return this.#stacked('mover');
      case 'underset': return this.#stacked('munder');
      case 'xrightarrow': case 'xleftarrow': case 'xleftrightarrow': case 'xRightarrow': case 'xmapsto':
        return this.#longArrow({ xrightarrow: '→', xleftarrow: '←', xleftrightarrow: '↔', xRightarrow: '⇒' }[name] ?? '↦');
      case 'substack': return this.#substack();
      case 'mod': case 'pmod': case 'bmod': case 'pod': return this.#modulo(name);
      case 'not': return this.#negated();
      case 'phantom': case 'hphantom': case 'vphantom': return make('mphantom', {}, [this.#argument()]);
      case 'cancel': case 'bcancel': case 'xcancel': case 'sout':
        return make('mrow', { class: 'cancelled' }, [this.#argument()]);
      case 'hspace': case 'hskip': case 'kern': case 'mkern': case 'mspace': return this.#givenSpace(name);
      case 'textcolor': case 'colorbox':
        this.#raw();
        return this.#argument();
      case 'mathop': return limited(this.#argument(), 'display');
      case 'mathrel': case 'mathbin': case 'mathord': case 'mathopen': case 'mathclose': case 'mathpunct':
      case 'mathinner': case 'mathstrut': case 'smash': case 'mathchoice': case 'ensuremath':
        return this.#argument();
      case 'href': case 'url':
        return make('mtext', {}, [this.#raw()]);
      case 'hline': case 'cline': case 'toprule': case 'midrule': case 'bottomrule':
        if (name === 'cline') this.#raw();
        return null;
      case '|': return fence('‖', false);
      case '{': case '}': return make('mo', { stretchy: 'false', form: name === '{' ? 'prefix' : 'postfix' }, [name]);
      case '$': case '%': case '#': case '&': case '_':
        return make('mi', { mathvariant: 'normal' }, [name]);
      default: return this.#unknown('\\' + name);
    }
  }

  #unknown(text) {
    return make('mtext', { class: 'unknown' }, [text]);
  }

  #named(name) {
    const node = make('mi', { mathvariant: 'normal', class: 'function' }, [name]);
    // A function's name stands apart from an argument without brackets.
    const next = this.#peek();
    if (!next || /^(?:[({[^_}&.,;]|\\left|\\\\|\\end|\\[,;:! ]|\\bigl?|\\right)$/.test(next)) return node;
    return make('mrow', {}, [node, space(0.1667)]);
  }

  #fraction(name) {
    const fraction = make('mfrac', {}, [this.#argument(), this.#argument()]);
    if (name === 'frac') return fraction;
    return make('mstyle', { displaystyle: name !== 'tfrac', scriptlevel: 0 }, [fraction]);
  }

  #root() {
    const degree = this.#option();
    const radicand = this.#argument();
    if (degree === null) return make('msqrt', {}, [radicand]);
    return make('mroot', {}, [radicand, row(new Parser(degree, false).parse())]);
  }

  #accent(mark, isOver, isWide) {
    const base = this.#argument();
    const isBrace = '⏞⏟⎴⎵'.includes(mark);
    const sign = make('mo', { stretchy: String(isWide), class: isBrace ? null : 'accent' }, [mark]);
    const node = make(isOver ? 'mover' : 'munder', isOver && !isBrace ? { accent: 'true' } : {}, [base, sign]);
    return isBrace ? limited(node, 'always') : node;
  }

  #inAlphabet(alphabet) {
    const before = this.#alphabet;
    this.#alphabet = alphabet;
    const node = this.#argument();
    this.#alphabet = before;
    return node;
  }

  /** Text in braces, with formulas between dollar signs. */
  #text(alphabet) {
    const parts = this.#raw().split(/(\$[^$]*\$|\\\([^)]*\\\))/);
    const nodes = parts.map((part, index) => {
      if (index % 2 === 1 && this.#depth < deepest) {
        const inner = new Parser(part.startsWith('$') ? part.slice(1, -1) : part.slice(2, -2), false);
        inner.#depth = this.#depth + 1;
        return row(inner.parse());
      }
      const text = part.replace(/\\([%#&_${}])/g, '$1').replaceAll('~', ' ').replace(/^ | $/g, '\u00a0');
      return text ? make('mtext', {}, [alphabet ? inAlphabet(text, alphabet) : text]) : null;
    });
    return row(nodes.filter(Boolean));
  }

  #delimiter() {
    const token = this.#token();
    const name = token.slice(1);
    if (token === '.' || token === '') return '';
    if (token === '<') return '⟨';
    if (token === '>') return '⟩';
    if (!token.startsWith('\\')) return token;
    if (name === '|') return '‖';
    return delimiters[name] ?? operators[name] ?? name;
  }

  #sized(size) {
    return make('mo', { stretchy: 'true', symmetric: 'true', minsize: `${size}em`, maxsize: `${size}em` },
      [this.#delimiter()]);
  }

  #fenced() {
    const nodes = [fence(this.#delimiter())];
    nodes.push(...this.#list(() => false));
    while (this.#peek() !== '\\right' && this.#peek() !== '' && !['}', '\\end'].includes(this.#peek())) {
      this.#token();
      nodes.push(...this.#list(() => false));
    }
    if (this.#peek() === '\\right') {
      this.#token();
      nodes.push(fence(this.#delimiter(), true, 'postfix'));
    }
    nodes[0].setAttribute('form', 'prefix');
    return make('mrow', {}, nodes);
  }

  #operatorName(hasLimits) {
    const name = this.#raw().replace(/\\[,;: ]/g, ' ').replace(/\\[a-zA-Z]+|[{}]/g, '');
    const node = this.#named(name);
    return hasLimits ? limited(node, 'display') : node;
  }

  #stacked(element) {
    const mark = this.#argument();
    return make(element, {}, [this.#argument(), mark]);
  }

  #longArrow(arrow) {
    const below = this.#option();
    const above = make('mpadded', { lspace: '0.4em', width: '+0.8em' }, [this.#argument()]);
    const sign = make('mo', { stretchy: 'true', minsize: '1.6em' }, [arrow]);
    if (below === null) return make('mover', {}, [sign, above]);
    return make('munderover', {}, [sign, row(new Parser(below, false).parse()), above]);
  }

  #substack() {
    if (this.#peek() !== '{') return this.#argument();
    this.#token();
    const table = make('mtable', { class: 'substack' }, this.#rows('c', () => false));
    if (this.#peek() === '}') this.#token();
    return table;
  }

  #modulo(name) {
    const word = make('mi', { mathvariant: 'normal' }, ['mod']);
    if (name === 'bmod') return make('mrow', {}, [space(0.2222), word, space(0.2222)]);
    const argument = this.#argument();
    if (name === 'mod') return make('mrow', {}, [space(1), word, space(0.3333), argument]);
    const inner = name === 'pod' ? [argument] : [word, space(0.3333), argument];
    return make('mrow', {}, [space(0.6), fence('(', false), ...inner, fence(')', false)]);
  }

  #negated() {
    const node = this.#atom();
    if (node && ['mo', 'mi'].includes(node.localName)) {
      const known = { '=': '≠', '∈': '∉', '∣': '∤', '⊂': '⊄', '≡': '≢', '∼': '≁', '<': '≮', '>': '≯', '≤': '≰', '≥': '≱' };
      node.textContent = known[node.textContent] ?? node.textContent + '\u0338';
    }
    return node;
  }

  #givenSpace(name) {
    const text = this.#peek() === '{' ? this.#raw() : this.#length();
    const match = /^\s*(-?[\d.]+)\s*(em|ex|pt|mu|px|cm|mm|in)?/.exec(text);
    if (!match) return null;
    const unit = { em: 1, ex: 0.43, pt: 0.1, mu: 1 / 18, px: 0.07, cm: 2.8, mm: 0.28, in: 7.2 }[match[2] ?? 'em'];
    return space(Math.max(-5, Math.min(20, Number(match[1]) * unit || 0)));
  }

  /** A length without braces, as after \kern. */
  #length() {
    this.#skipSpace();
    const match = /^-?[\d.]+\s*(?:em|ex|pt|mu|px|cm|mm|in)/.exec(this.tex.slice(this.#position, this.#position + 40));
    if (!match) return '';
    this.#position += match[0].length;
    return match[0];
  }

  #environment() {
    const written = this.#raw();
    const name = written.replace(/\*$/, '');
    const known = environments[name];
    if (!known) {
      const nodes = [this.#unknown(`\\begin{${written}}`), ...this.#list(() => false)];
      return row(nodes);
    }
    let columns = known[2];
    if (/^(?:array|tabular|subarray)$/.test(name)) columns = this.#raw();
    else if (/^aligna?t$|^alignedat$/.test(name) && name !== 'align') this.#raw();
    else this.#option();
    const rows = this.#rows(columns, (token) => token === '\\end');
    if (this.#peek() === '\\end') {
      this.#token();
      this.#raw();
    }
    const isPair = columns === 'rl' || columns === 'rcl';
    const kind = isPair ? 'aligned' : name === 'smallmatrix' ? 'substack' : /cases/.test(name) ? 'cases' : null;
    const table = make('mtable', { class: kind, displaystyle: displayed.test(name) ? 'true' : null }, rows);
    const [open, close] = known;
    if (!open && !close) return table;
    const parts = [open && fence(open, true, 'prefix'), table, close && fence(close, true, 'postfix')];
    return make('mrow', {}, parts.filter(Boolean));
  }

  /** The rows of a table, up to its end, which is left. */
  #rows(columns, isEnd) {
    const marks = (columns ?? 'c').replace(/\{[^}]*\}/g, '');
    const places = marks.replace(/[^lcr]/g, '') || 'c';
    const isRepeating = places === 'rl';
    const bars = new Set();
    for (let at = 0, column = 0; at < marks.length; at += 1) {
      if (marks[at] === '|') bars.add(column);
      else if ('lcr'.includes(marks[at])) column += 1;
    }
    const rows = [];
    let cells = [];
    let hasLine = false;
    while (rows.length < 500) {
      while (/^\\(?:hline|toprule|midrule|bottomrule)$/.test(this.#peek())) {
        this.#token();
        hasLine = true;
      }
      const nodes = this.#list(isEnd);
      const index = cells.length;
      const place = isRepeating ? places[index % 2] : places[Math.min(index, places.length - 1)];
      const classes = [{ l: 'left', r: 'right' }[place], bars.has(index) && (index > 0 || marks[0] === '|') && 'ruled'];
      const isPairStart = isRepeating && index > 0 && index % 2 === 0;
      if (isPairStart) classes.push('apart');
      // A binary sign at the head of an aligned column has its space on the left, too.
      const content = isRepeating && index % 2 === 1 && nodes.length > 0 ? [row([]), ...nodes] : nodes;
      cells.push(make('mtd', { class: classes.filter(Boolean).join(' ') || null }, content));
      const token = this.#peek();
      if (token === '&') {
        this.#token();
        continue;
      }
      const isLast = token !== '\\\\' && token !== '\\cr';
      const isEmpty = cells.length === 1 && nodes.length === 0;
      if (!isLast || !isEmpty) rows.push(make('mtr', { class: hasLine ? 'ruled-above' : null }, cells));
      else if (hasLine) rows.at(-1)?.classList.add('ruled-below');
      cells = [];
      hasLine = false;
      if (isLast) {
        if (token === '\\right' || token === '\\end' || token === '' || token === '}') break;
        this.#token();
        continue;
      }
      this.#token();
      this.#option();
    }
    return rows;
  }
}

function make(name, attributes, children) {
  const element = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** One node for several. */
function row(nodes) {
  return nodes.length === 1 ? nodes[0] : make('mrow', {}, nodes);
}

function space(width) {
  return make('mspace', { width: `${width}em` }, []);
}

function fence(sign, isStretchy = true, form = null) {
  return make('mo', { stretchy: String(isStretchy), fence: isStretchy ? 'true' : null, form,
    symmetric: isStretchy ? 'true' : null, lspace: isStretchy ? '0' : null, rspace: isStretchy ? '0' : null }, [sign]);
}

/** Marks a node whose scripts may stand above and below: `display` in displays alone, or `always`. */
function limited(node, where) {
  node.limits = where;
  return node;
}
