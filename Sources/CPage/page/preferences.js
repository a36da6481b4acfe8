// What the reader has chosen, kept in this browser.

const place = 'apus.preferences';

const defaults = {
  theme: 'system',
  language: 'system',
  model: '',
  system: '',
  temperature: '',
  topP: '',
  maxTokens: '',
  thinkingBudget: '',
  seed: '',
  key: '',
  think: true,
  sidebar: true,
};

const listeners = new Set();
let values = { ...defaults, ...read(place) };

/** The present choices; not to be written to. */
export function preferences() {
  return values;
}

export function setPreferences(changes) {
  values = { ...values, ...changes };
  write(place, values);
  for (const listener of listeners) listener(values, changes);
}

export function onPreferences(listener) {
  listeners.add(listener);
}

/** Text that was typed and not sent, by conversation; '' is the new one. */
export const drafts = {
  get: (conversation) => read('apus.drafts')[conversation] ?? '',
  set(conversation, text) {
    const all = read('apus.drafts');
    if (text) all[conversation] = text;
    else delete all[conversation];
    write('apus.drafts', all);
  },
};

function read(name) {
  try {
    const value = JSON.parse(localStorage.getItem(name) ?? '{}');
    return value && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the choice holds until the page is closed.
  }
}
