"""Checks of a page as assistive technology and tired eyes meet it, in the manner of axe."""

NAMED_ROLES = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "menuitem", "spinbutton", "img", "dialog",
    "progressbar", "navigation",
}  # fmt: skip

#: Texts whose contrast with what is behind them is below WCAG 2.2's AA, with the ratio.
CONTRAST = """(() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return text.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, below) => top.slice(0, 3).map((x, i) => x * top[3] + below[i] * (1 - top[3]));
  const background = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('[inert], [aria-hidden="true"], :disabled') || !element.checkVisibility({ opacityProperty: true })) continue;
    const field = element.matches('input, textarea, select');
    const text = field ? element.value || element.placeholder : [...element.childNodes]
      .filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
    if (!text) continue;
    const style = getComputedStyle(element);
    const behind = background(element);
    const colour = style.fill !== 'rgb(0, 0, 0)' && element.namespaceURI.endsWith('svg') ? style.fill : style.color;
    const front = over(parse(colour), behind);
    const [high, low] = [light(front), light(behind)].sort((one, other) => other - one);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${element.className || element.localName}: ${text.slice(0, 40)}`);
  }
  return found;
})()"""

STRUCTURE = """(() => {
  const found = [];
  const seen = new Set();
  for (const { id } of document.querySelectorAll('[id]')) {
    if (seen.has(id)) found.push(`two elements are called ${id}`);
    seen.add(id);
  }
  for (const name of ['aria-controls', 'aria-describedby', 'aria-labelledby', 'for']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      if (!document.getElementById(element.getAttribute(name))) found.push(`${name} of ${element.className} leads nowhere`);
    }
  }
  if (!document.documentElement.lang) found.push('the document has no language');
  if (!document.title) found.push('the document has no title');
  if (document.querySelectorAll('main').length !== 1) found.push('there is not one main');
  if (document.querySelectorAll('h1').length < 1) found.push('there is no h1');
  for (const element of document.querySelectorAll('[tabindex]')) {
    if (element.tabIndex > 0) found.push(`${element.className} has a tabindex above 0`);
  }
  for (const element of document.querySelectorAll('button, a, input, select, textarea')) {
    if (!element.checkVisibility() || element.closest('[inert]') || element.matches('.offscreen, .skip, .task > input')) continue;
    const { width, height } = element.getBoundingClientRect();
    if ((width < 24 || height < 24) && !element.closest('.markdown p, .markdown li, .markdown td')) {
      found.push(`${element.className || element.localName} is ${width}x${height}`);
    }
  }
  return found;
})()"""


def problems(page):
    """What is wrong with the page as it is now."""
    found = page.run(CONTRAST) + page.run(STRUCTURE)
    for node in page.call("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if not node.get("ignored") and role in NAMED_ROLES and not node.get("name", {}).get("value"):
            found.append(f"a {role} has no name")
    return found
