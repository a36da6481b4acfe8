// Markdown as trees: CommonMark and GitHub's tables, as models write them, with mathematics. There is no HTML in it:
// what looks like markup is text. Time is linear in the text, whatever it is.

const deepest = 12;
/** Longer paragraphs, quotes and lists go on in a block of their own, so that no block is costly to show again. */
const most = { characters: 16000, lines: 200, items: 100 };
const mathEnvironment = /^ {0,3}\\begin\{((?:align|gather|equation|multline|eqnarray|alignat|flalign)\*?)\}/;
const listMarker = /^( *)([-*+]|\d{1,9}[.)])( +(?=\S)|\s*$)/;
const fenceStart = /^( *)(`{3,}|~{3,})([^\n]*)$/;
const ruleLine = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const headingLine = /^ {0,3}(#{1,6})(?: |$)/;
const delimiterRow = /^ {0,3}\|?(?: *:?-+:? *\|)* *:?-+:? *\|? *$/;

/**
 * The blocks of a text. Each has `start`, the offset at which it begins. More text can change the last block alone, or the
 * one before it while the last has no more than the beginning of a line.
 */
export function parseBlocks(text) {
  const lines = text.replaceAll('\t', '    ').split('\n');
  const offsets = new Array(lines.length);
  // Tabs are widened, so offsets count in the text as it came.
  for (let index = 0, offset = 0; index < lines.length; index += 1) {
    offsets[index] = offset;
    const end = text.indexOf('\n', offset);
    offset = end < 0 ? text.length + 1 : end + 1;
  }
  const blocks = readBlocks(lines, 0);
  for (const block of blocks) block.start = offsets[block.line] ?? text.length;
  return blocks;
}

function readBlocks(lines, depth) {
  const blocks = [];
  let index = 0;
  while (index < lines.length) {
    if (isBlank(lines[index])) {
      index += 1;
      continue;
    }
    const [block, next] = readBlock(lines, index, depth);
    block.line = index;
    blocks.push(block);
    index = next;
  }
  return blocks;
}

/** The block that begins at a line, and the line behind it. */
function readBlock(lines, index, depth) {
  const line = lines[index];
  if (depth < deepest) {
    const found = readFence(lines, index) ?? readHeading(lines, index) ?? readRule(lines, index)
      ?? readQuote(lines, index, depth) ?? readList(lines, index, depth) ?? readMath(lines, index)
      ?? readTable(lines, index) ?? readIndented(lines, index);
    if (found) return found;
  }
  return readParagraph(lines, index, line);
}

function readFence(lines, index) {
  const match = fenceStart.exec(lines[index]);
  if (!match || match[1].length > 3 || (match[2][0] === '`' && match[3].includes('`'))) return null;
  const [, indent, fence, info] = match;
  const end = new RegExp(`^ {0,3}\\${fence[0]}{${fence.length},} *$`);
  const code = [];
  let next = index + 1;
  while (next < lines.length && !end.test(lines[next])) {
    code.push(withoutIndent(lines[next], indent.length));
    next += 1;
  }
  const closed = next < lines.length;
  const language = info.trim().split(/[\s{,:]/)[0].slice(0, 30);
  return [{ type: 'code', language, text: code.join('\n'), closed }, next + 1];
}

function readHeading(lines, index) {
  const match = headingLine.exec(lines[index]);
  if (!match) return null;
  let text = lines[index].slice(match[0].length).trim();
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  if (end === 0 || text[end - 1] === ' ') text = text.slice(0, end).trimEnd();
  return [{ type: 'heading', level: match[1].length, text }, index + 1];
}

function readRule(lines, index) {
  return ruleLine.test(lines[index]) ? [{ type: 'rule' }, index + 1] : null;
}

function readQuote(lines, index, depth) {
  if (!/^ {0,3}>/.test(lines[index])) return null;
  const inner = [];
  let next = index;
  while (next < lines.length && inner.length < most.lines) {
    const line = lines[next];
    if (/^ {0,3}>/.test(line)) inner.push(line.replace(/^ {0,3}> ?/, ''));
    else if (!isBlank(line) && !isBlank(inner.at(-1)) && !beginsBlock(lines, next)) inner.push(line);
    else break;
    next += 1;
  }
  return [{ type: 'quote', blocks: readBlocks(inner, depth + 1) }, next];
}

function readList(lines, index, depth) {
  const first = listMarker.exec(lines[index]);
  if (!first || first[1].length > 3) return null;
  const isOrdered = /\d/.test(first[2]);
  const kind = first[2].at(-1);
  const list = { type: 'list', isOrdered, first: isOrdered ? Number.parseInt(first[2], 10) : 1, items: [], isTight: true };
  let next = index;
  while (next < lines.length && list.items.length < most.items) {
    const marker = listMarker.exec(lines[next]);
    if (!marker || marker[1].length > first[1].length + 1 || marker[2].at(-1) !== kind) break;
    if (ruleLine.test(lines[next])) break;
    const padding = marker[3].length > 4 || !marker[3].trim() && marker[3].length === 0 ? 1 : marker[3].length;
    const indent = marker[1].length + marker[2].length + padding;
    const item = [lines[next].slice(marker[0].length)];
    let blanks = 0;
    next += 1;
    while (next < lines.length) {
      const line = lines[next];
      const width = line.length - line.trimStart().length;
      if (isBlank(line)) {
        blanks += 1;
        item.push('');
      } else if (width >= indent) {
        item.push(line.slice(indent));
        blanks = 0;
      } else if (width >= marker[1].length + 2 && listMarker.test(line)) {
        // Models indent by two where the marker is three wide.
        item.push(line.slice(width));
        blanks = 0;
      } else if (blanks === 0 && !listMarker.test(line) && !beginsBlock(lines, next)) {
        item.push(line.trimStart());
      } else break;
      next += 1;
    }
    while (item.length > 1 && isBlank(item.at(-1))) item.pop();
    const task = /^\[([ xX])\] +/.exec(item[0]);
    if (task) item[0] = item[0].slice(task[0].length);
    const blocks = readBlocks(item, depth + 1);
    list.items.push({ blocks, isDone: task ? task[1] !== ' ' : null });
    if (blocks.length > 1 && item.some(isBlank) && blocks.some((block, at) => at > 0 && block.type === 'paragraph')) {
      list.isTight = false;
    }
    if (blanks > 0 && next < lines.length && listMarker.exec(lines[next])?.[2].at(-1) === kind) list.isTight = false;
  }
  return [list, next];
}

/** `\[ … \]`, `$$ … $$` or an environment that stands alone; none of them goes over an empty line. */
function readMath(lines, index) {
  const line = lines[index].trimStart();
  const environment = mathEnvironment.exec(lines[index])?.[1];
  const open = environment ? '' : line.startsWith('\\[') ? '\\[' : line.startsWith('$$') ? '$$' : null;
  if (open === null) return null;
  const close = environment ? `\\end{${environment}}` : open === '$$' ? '$$' : '\\]';
  let source = line.slice(open.length);
  for (let next = index; ;) {
    const end = source.indexOf(close, Math.max(0, source.length - lines[next].length - close.length));
    if (end >= 0) {
      const rest = source.slice(end + close.length).trim();
      if (!/^[.,;:!?。，；]?$/.test(rest)) return null;
      const tex = environment ? source.slice(0, end + close.length) : source.slice(0, end);
      return tex.trim() ? [{ type: 'math', tex: tex.trim() + (rest ? `\\text{${rest}}` : '') }, next + 1] : null;
    }
    next += 1;
    if (next >= lines.length || isBlank(lines[next]) || source.length > most.characters) return null;
    source += '\n' + lines[next];
  }
}

function readTable(lines, index) {
  const line = lines[index];
  if (!line.includes('|') || index + 1 >= lines.length || !delimiterRow.test(lines[index + 1])) return null;
  const head = cells(line);
  const alignment = cells(lines[index + 1]).map((cell) => {
    const [left, right] = [cell.startsWith(':'), cell.endsWith(':')];
    return left && right ? 'center' : right ? 'right' : null;
  });
  if (head.length !== alignment.length || head.length > 100) return null;
  const rows = [];
  let next = index + 2;
  while (next < lines.length && !isBlank(lines[next]) && !beginsBlock(lines, next)) {
    const row = cells(lines[next]).slice(0, head.length);
    while (row.length < head.length) row.push('');
    rows.push(row);
    next += 1;
  }
  return [{ type: 'table', alignment, head, rows }, next];
}

/** The cells of a row: bars count unless they are escaped or in code. */
function cells(line) {
  const row = line.trim().replace(/^\|/, '').replace(/(^|[^\\])\|$/, '$1');
  const found = [];
  let cell = '';
  let inCode = false;
  for (let at = 0; at < row.length; at += 1) {
    const letter = row[at];
    if (letter === '\\' && row[at + 1] === '|') {
      cell += '|';
      at += 1;
    } else if (letter === '|' && !inCode) {
      found.push(cell.trim());
      cell = '';
    } else {
      if (letter === '`' && (inCode || row.indexOf('`', at + 1) > 0)) inCode = !inCode;
      cell += letter;
    }
  }
  found.push(cell.trim());
  return found;
}

function readIndented(lines, index) {
  if (!/^ {4}/.test(lines[index])) return null;
  const code = [];
  let next = index;
  while (next < lines.length && (/^ {4}/.test(lines[next]) || isBlank(lines[next]))) {
    code.push(lines[next].slice(4));
    next += 1;
  }
  while (isBlank(code.at(-1))) {
    code.pop();
    next -= 1;
  }
  return [{ type: 'code', language: '', text: code.join('\n'), closed: true }, next];
}

function readParagraph(lines, index, first) {
  let text = first.trim();
  let next = index + 1;
  while (next < lines.length && !isBlank(lines[next]) && text.length < most.characters) {
    const line = lines[next];
    const underline = /^ {0,3}(={3,}|-{3,}) *$/.exec(line);
    if (underline) return [{ type: 'heading', level: underline[1][0] === '=' ? 1 : 2, text }, next + 1];
    if (beginsBlock(lines, next)) break;
    text += (/ {2}$/.test(lines[next - 1]) ? '  \n' : '\n') + line.trim();
    next += 1;
  }
  return [{ type: 'paragraph', text }, next];
}

/** Whether a line ends the paragraph before it. */
function beginsBlock(lines, index) {
  const line = lines[index];
  if (/^ {0,3}(?:>|#{1,6}(?:\s|$)|`{3,}|~{3,}|\\\[|\$\$)/.test(line) || ruleLine.test(line)) return true;
  if (mathEnvironment.test(line)) return true;
  const marker = listMarker.exec(line);
  if (marker && marker[1].length <= 3 && marker[3].trim() === '' && line.length > marker[0].length) {
    return !/\d/.test(marker[2]) || Number.parseInt(marker[2], 10) === 1;
  }
  return line.includes('|') && index + 1 < lines.length && lines[index + 1].includes('|')
    && delimiterRow.test(lines[index + 1]);
}

function isBlank(line) {
  return line !== undefined && line.trim() === '';
}

function withoutIndent(line, width) {
  let at = 0;
  while (at < width && line[at] === ' ') at += 1;
  return line.slice(at);
}
