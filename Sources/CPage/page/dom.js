// Elements without markup: text only ever becomes text nodes.

const svgNamespace = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. Functions among the attributes are listeners, true and false set or omit an attribute, and null or
 * undefined ones are left out, as are such children; strings become text.
 */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child != null && child !== false) element.append(child);
  }
  return element;
}

const icons = {
  arrowDown: 'M12 5v14M6 13l6 6 6-6',
  arrowUp: 'M12 19V5M6 11l6-6 6 6',
  check: 'M5 13l4.5 4.5L19 7',
  chevronDown: 'M6 9l6 6 6-6',
  chevronLeft: 'M15 6l-6 6 6 6',
  chevronRight: 'M9 6l6 6-6 6',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10a1 1 0 011 1v10a1 1 0 01-1 1H9a1 1 0 01-1-1V10a1 1 0 011-1zM5 15H4a1 1 0 01-1-1V4a1 1 0 011-1h10a1 1 0 011 1v1',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  edit: 'M4 20h4L19 9a2.1 2.1 0 00-3-3L5 17zM14 8l3 3',
  forward: 'M5 6l7 6-7 6zM13 6l7 6-7 6z',
  gauge: 'M4 18a9 9 0 1116 0M12 15l4-5',
  key: 'M14.5 9.5a4 4 0 11-1.2-2.8 4 4 0 011.2 2.8zM13.6 11.4L20 18v2.5h-3V18h-2.5v-2.5H12',
  menu: 'M4 7h16M4 12h16M4 17h10',
  moon: 'M20 14.5A8.5 8.5 0 119.5 4a7 7 0 0010.5 10.5z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  pencil: 'M12 20h8M4 20l1-4L16 5l3 3L8 19z',
  plus: 'M12 5v14M5 12h14',
  refresh: 'M20 11a8 8 0 10-2.3 5.7M20 5v6h-6',
  search: 'M11 18a7 7 0 110-14 7 7 0 010 14zM16 16l4.5 4.5',
  settings: 'M4 7h9M19 7h1M4 17h1M11 17h9M16 9.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM8 19.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5z',
  sun: 'M12 16a4 4 0 100-8 4 4 0 000 8zM12 2v2M12 20v2M2 12h2M20 12h2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  thought: 'M12 3a6.5 6.5 0 00-3.8 11.8c.6.5.8 1 .8 1.7v.5h6v-.5c0-.7.2-1.2.8-1.7A6.5 6.5 0 0012 3zM9.5 20.5h5',
  trash: 'M5 7h14M10 4h4M7 7l1 12a1 1 0 001 1h6a1 1 0 001-1l1-12M10 11v5M14 11v5',
  upload: 'M12 16V5M7 9l5-5 5 5M5 20h14',
};

/** A line drawing of 24 units that takes its size and colour from the text around it. */
export function icon(name) {
  return svg(
    'svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: icons[name] }));
}

/** The bird. */
export function logo() {
  return svg(
    'svg', { class: 'logo', viewBox: '0 0 64 64', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: birdPath }));
}

export const birdPath =
  'M3 15c13-3 23 1 28 9 1-2 3-3 6-3-1 2-1 4 0 6 8-6 16-8 24-5-10 2-17 8-22 15 1 8-3 16-10 23 1-9-1-16-5-21C21 27 13 18 3 15z';

/** A button with an icon whose name is for screen readers and as a tooltip. */
export function iconButton(name, label, action, attributes = {}) {
  return h(
    'button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, click: action, ...attributes },
    icon(name));
}

/** Copies text; works without a secure context, too. Resolves to whether it did. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'offscreen', 'aria-hidden': 'true', tabindex: '-1' });
    area.value = text;
    const before = document.activeElement;
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    before?.focus();
    return done;
  }
}

/** Offers a text as a file to keep. */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** A name that no other object has; works without a secure context, too. */
export function newIdentifier() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
