// Colours for code. A language is a few patterns that are tried in turn at each place; none of them looks back or far
// ahead, so that time is linear. What runs over several lines is carried on as a state, so that lines can be coloured
// as they come.

const words = (text) => new Set(text.split(/\s+/));

const strings = [['"', '"'], ["'", "'"]];
const cStyle = { line: '//', block: ['/*', '*/'], strings };
const languages = {
  __proto__: null,
  python: {
    line: '#', blocks: [['"""', '"""', 'string'], ["'''", "'''", 'string']], strings,
    keywords: words(`and as assert async await break case class continue def del elif else except finally for from global
      if import in is lambda match nonlocal not or pass raise return try while with yield`),
    constants: words('True False None self cls'), prefix: /[rbfuRBFU]{1,2}(?=["'])/y, decorator: true,
  },
  javascript: {
    ...cStyle, blocks: [['`', '`', 'string']],
    keywords: words(`abstract any as async await boolean break case catch class const continue debugger declare default delete
      do else enum export extends finally for from function get if implements import in instanceof interface keyof let
      namespace new of private protected public readonly return set static string number switch throw try type typeof
      unknown var void while with yield satisfies`),
    constants: words('true false null undefined NaN Infinity this super'), decorator: true,
  },
  swift: {
    ...cStyle, blocks: [['"""', '"""', 'string']], strings: [['"', '"']],
    keywords: words(`actor any as associatedtype async await borrowing break case catch class consuming continue default defer
      deinit do else enum extension fallthrough fileprivate final for func get guard if import in indirect infix init inout
      internal is lazy let mutating nonisolated nonmutating open operator override package postfix prefix private protocol
      public repeat rethrows return sending set some static struct subscript super switch throw throws try typealias
      unowned var weak where while`),
    constants: words('true false nil self Self'), decorator: true,
  },
  c: {
    ...cStyle, preprocessor: true,
    keywords: words(`alignas alignof auto break case catch char char16_t char32_t class concept const constexpr consteval
      constinit continue co_await co_return co_yield decltype default delete do double else enum explicit export extern
      float for friend goto if inline int long mutable namespace new noexcept operator private protected public register
      requires restrict return short signed sizeof static static_assert struct switch template this throw try typedef
      typeid typename union unsigned using virtual void volatile wchar_t while bool`),
    constants: words('true false nullptr NULL'),
  },
  java: {
    ...cStyle, blocks: [['"""', '"""', 'string']],
    keywords: words(`abstract as assert async await base boolean break by byte case catch char checked class companion const
      constructor continue crossinline data decimal def default delegate do double dynamic else enum event explicit extends
      extern final finally fixed float for foreach fun get goto if implements implicit import in init inline inner
      instanceof int interface internal is lateinit lock long namespace native new object open operator out override
      package params private protected public readonly record ref reified return sbyte sealed set short sizeof static
      string struct super suspend switch synchronized tailrec this throw throws trait transient try typealias typeof uint
      ulong unchecked unsafe ushort using val var vararg virtual void volatile when where while yield`),
    constants: words('true false null it'), decorator: true,
  },
  go: {
    ...cStyle, blocks: [['`', '`', 'string']],
    keywords: words(`any bool break byte case chan comparable complex128 const continue default defer else error fallthrough
      float32 float64 for func go goto if import int int8 int16 int32 int64 interface map package range return rune select
      string struct switch type uint uint8 uint16 uint32 uint64 uintptr var`),
    constants: words('true false nil iota'),
  },
  rust: {
    ...cStyle, strings: [['"', '"']],
    keywords: words(`as async await bool box break char const continue crate dyn else enum extern f32 f64 fn for i8 i16 i32
      i64 i128 if impl in isize let loop macro match mod move mut pub ref return static str struct super trait type u8 u16
      u32 u64 u128 union unsafe use usize where while`),
    constants: words('true false self Self None Some Ok Err'),
  },
  ruby: {
    line: '#', blocks: [['=begin', '=end', 'comment']], strings,
    keywords: words(`alias and begin break case class def defined? do else elsif end ensure for if in module next not or redo
      require require_relative rescue retry return super then undef unless until when while yield attr_accessor attr_reader`),
    constants: words('true false nil self'),
  },
  bash: {
    line: '#', strings,
    keywords: words(`case do done elif else esac export fi for function if in local readonly return select set shift source
      then trap unset until while sudo apt cd echo exit curl docker git make npm pip python python3`),
    constants: words('true false'), variable: /\$(?:\w+|\{[^}\n]*\}|[@#?*$!])/y,
  },
  sql: {
    line: '--', block: ['/*', '*/'], strings, ignoresCase: true,
    keywords: words(`add all alter and as asc begin between by case check column commit constraint create cross database default
      delete desc distinct drop else end except exists foreign from full group having if in index inner insert intersect into
      is join key left like limit not null offset on or order outer over partition primary references returning right
      rollback select set table then transaction truncate union unique update using values view when where with int integer
      text varchar char boolean date timestamp numeric decimal serial bigint`),
    constants: words('true false null'),
  },
  lua: {
    line: '--', blocks: [['--[[', ']]', 'comment'], ['[[', ']]', 'string']], strings,
    keywords: words(`and break do else elseif end for function goto if in local not or repeat return then until while`),
    constants: words('true false nil self'),
  },
  haskell: {
    line: '--', block: ['{-', '-}'], strings: [['"', '"']],
    keywords: words(`as case class data deriving do else forall foreign hiding if import in infix infixl infixr instance let
      module newtype of qualified then type where`),
    constants: words('True False Nothing Just Left Right'),
  },
  php: {
    ...cStyle, variable: /\$\w+/y,
    keywords: words(`abstract and array as break callable case catch class clone const continue declare default do echo else
      elseif empty extends final finally fn for foreach function global goto if implements include instanceof insteadof
      interface isset list match namespace new or print private protected public readonly require return static switch
      throw trait try unset use var while xor yield`),
    constants: words('true false null'),
  },
  r: {
    line: '#', strings, keywords: words('break else for function if in library next repeat require return while'),
    constants: words('TRUE FALSE NULL NA Inf NaN'),
  },
  json: { strings: [['"', '"']], block: ['/*', '*/'], line: '//', keywords: words(''), constants: words('true false null'), keys: true },
  yaml: { line: '#', strings, keywords: words(''), constants: words('true false null yes no on off'), property: /[\w.-]+(?=:(?:\s|$))/y },
  ini: { line: '#', strings, keywords: words(''), constants: words('true false'), property: /[\w.-]+(?=\s{0,8}=)/y },
  css: {
    block: ['/*', '*/'], strings, keywords: words('important media supports keyframes import font-face layer container'),
    constants: words('inherit initial unset none auto'), property: /[\w-]+(?=\s{0,4}:(?!:))/y,
  },
  make: { line: '#', strings, keywords: words('include define endef ifeq ifneq ifdef ifndef else endif FROM RUN COPY CMD ENTRYPOINT WORKDIR ENV EXPOSE ARG USER AS'), constants: words(''), variable: /\$(?:\([^)\n]*\)|\{[^}\n]*\}|[@<^*])/y },
  tex: { line: '%', strings: [], keywords: words(''), constants: words(''), variable: /\\(?:[A-Za-z]+\*?|.)/y },
  html: { blocks: [['<!--', '-->', 'comment']], strings, keywords: words(''), constants: words(''), isMarkup: true },
  diff: { isDiff: true },
};

const names = {
  __proto__: null,
  py: 'python', python3: 'python', py3: 'python', ipython: 'python', js: 'javascript', jsx: 'javascript',
  ts: 'javascript', tsx: 'javascript', typescript: 'javascript', mjs: 'javascript', node: 'javascript', 'c++': 'c',
  cpp: 'c', cc: 'c', h: 'c', hpp: 'c', cuda: 'c', 'objective-c': 'c', objc: 'c', glsl: 'c', csharp: 'java', cs: 'java',
  'c#': 'java', kotlin: 'java', kt: 'java', scala: 'java', groovy: 'java', dart: 'java', golang: 'go', rs: 'rust',
  rb: 'ruby', sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', powershell: 'bash', fish: 'bash', mysql: 'sql',
  postgresql: 'sql', sqlite: 'sql', hs: 'haskell', elm: 'haskell', jsonc: 'json', json5: 'json', yml: 'yaml', toml: 'ini',
  conf: 'ini', properties: 'ini', env: 'ini', scss: 'css', less: 'css', makefile: 'make', dockerfile: 'make',
  docker: 'make', latex: 'tex', xml: 'html', svg: 'html', vue: 'html', svelte: 'html', patch: 'diff',
};

const space = /\s+/y;
const number = /(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)[a-zA-Z]{0,3}\b/y;
const word = /[\p{L}_$@][\p{L}\p{N}_$]*[?!]?/uy;
const other = /[^\s\p{L}\p{N}_$@"'`]/uy;

/** The language that a fence names; null if its code is not coloured. */
export function languageNamed(name) {
  const plain = name.toLowerCase();
  return languages[plain] ?? languages[names[plain]] ?? null;
}

/**
 * Cuts code into pieces `[kind, text]`; kind is null for plain text.
 *
 * @param state what the code before ended in; null at the start.
 * @returns the pieces, and the state for what follows.
 */
export function highlight(code, language, state = null) {
  if (language.isDiff) return { pieces: diffPieces(code), state: null };
  const pieces = [];
  const push = (kind, text) => {
    const last = pieces.at(-1);
    if (last && last[0] === kind) last[1] += text;
    else if (text) pieces.push([kind, text]);
  };
  const blocks = [...(language.blocks ?? []), ...(language.block ? [[...language.block, 'comment']] : [])];
  let at = 0;
  let open = state;
  const take = (pattern) => {
    pattern.lastIndex = at;
    const match = pattern.exec(code);
    return match ? match[0] : null;
  };
  while (at < code.length) {
    if (open) {
      const end = code.indexOf(open.end, at);
      const stop = end < 0 ? code.length : end + open.end.length;
      push(open.kind, code.slice(at, stop));
      at = stop;
      if (end >= 0) open = null;
      continue;
    }
    const block = blocks.find(([start]) => code.startsWith(start, at));
    if (block) {
      push(block[2], block[0]);
      at += block[0].length;
      open = { end: block[1], kind: block[2] };
      continue;
    }
    if (language.line && code.startsWith(language.line, at) && !(language.line === '#' && /[\w$]/.test(code[at - 1] ?? ''))) {
      const end = code.indexOf('\n', at);
      const text = code.slice(at, end < 0 ? code.length : end);
      push('comment', text);
      at += text.length;
      continue;
    }
    if (language.preprocessor && code[at] === '#') {
      const text = take(/#\s{0,8}\w+/y);
      if (text) {
        push('keyword', text);
        at += text.length;
        continue;
      }
    }
    const quote = language.strings.find(([start]) => code.startsWith(start, at));
    if (quote) {
      const text = stringAt(code, at, quote[1]);
      const isKey = language.keys && /^\s{0,40}:/.test(code.slice(at + text.length, at + text.length + 41));
      push(isKey ? 'property' : 'string', text);
      at += text.length;
      continue;
    }
    let text;
    if ((text = take(space))) push(null, text);
    else if (language.isMarkup && (text = take(/<\/?[\w:.-]*|\/?>/y))) push('keyword', text);
    else if (language.isMarkup && (text = take(/[\w:.@-]+(?=\s{0,4}=)/y))) push('property', text);
    else if (language.variable && (text = take(language.variable))) push('variable', text);
    else if (language.property && (text = take(language.property))) push('property', text);
    else if (language.prefix && (text = take(language.prefix))) push('string', text);
    else if ((text = take(number))) push('number', text);
    else if ((text = take(word))) push(kindOf(text, code, at, language), text);
    else if ((text = take(other))) push(null, text);
    else push(null, (text = String.fromCodePoint(code.codePointAt(at))));
    at += text.length;
  }
  return { pieces, state: open };
}

function kindOf(text, code, at, language) {
  const plain = language.ignoresCase ? text.toLowerCase() : text;
  if (language.keywords.has(plain)) return 'keyword';
  if (language.constants.has(plain)) return 'constant';
  if (language.isMarkup) return null;
  if (text[0] === '@' && language.decorator) return 'variable';
  const next = code[at + text.length];
  if (next === '(') return 'function';
  if (/^[A-Z]/.test(text) && /[a-z]/.test(text)) return 'type';
  return null;
}

/** A string with its quotation marks; it ends with its line at the latest. */
function stringAt(code, start, quote) {
  for (let at = start + quote.length; at < code.length; at += 1) {
    if (code[at] === '\\') at += 1;
    else if (code[at] === '\n') return code.slice(start, at);
    else if (code.startsWith(quote, at)) return code.slice(start, at + quote.length);
  }
  return code.slice(start);
}

function diffPieces(code) {
  return code.split(/(?<=\n)/).map((line) => {
    const kind = { '+': 'inserted', '-': 'deleted', '@': 'keyword' }[line[0]] ?? null;
    return [kind, line];
  });
}
