// The list of conversations.

import { h, icon, iconButton, logo } from './dom.js';
import { openMenu } from './dialogs.js';
import { t } from './i18n.js';

const day = 86400000;

export class Sidebar {
  #conversations = [];
  #current = null;
  #running = new Set();
  #found = null;
  #searchTimer = null;

  /**
   * @param actions `create`, `rename(id, title)`, `remove(id)`, `export(id)`, `search(text)`, `settings`, `hide`,
   *   and `opened` when a conversation's link was followed.
   */
  constructor(actions) {
    this.actions = actions;
    this.field = h('input', {
      type: 'search', id: 'search', placeholder: t('search'), 'aria-label': t('search'), autocomplete: 'off',
      input: () => this.#search(),
    });
    this.list = h('div', { class: 'list', keydown: (event) => this.#press(event) });
    this.element = h(
      'nav', { class: 'sidebar', id: 'sidebar', 'aria-label': t('conversations') },
      h('div', { class: 'brand' }, logo(), h('span', {}, 'Apus'),
        iconButton('menu', t('hideSidebar'), actions.hide, { class: 'icon-button hide-sidebar' })),
      h('button', { type: 'button', class: 'new-chat', click: actions.create }, icon('plus'), t('newChat')),
      h('label', { class: 'search', for: 'search' }, icon('search'), this.field),
      this.list,
      h('div', { class: 'foot' },
        h('button', { type: 'button', class: 'foot-button settings-button', click: actions.settings }, icon('settings'), t('settings')),
        h('a', { class: 'foot-button', href: 'status' }, icon('gauge'), t('dashboard'))));
  }

  show(conversations, current, running) {
    this.#conversations = conversations;
    this.#current = current;
    this.#running = running;
    this.#render();
  }

  focusSearch() {
    this.field.focus();
    this.field.select();
  }

  /** Puts a field in the place of a conversation's title. */
  rename(id) {
    const entry = this.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
    const conversation = this.#conversations.find((one) => one.id === id);
    if (!entry || !conversation) return;
    const field = h('input', { type: 'text', class: 'rename', 'aria-label': t('rename'), maxlength: '200' });
    field.value = conversation.title;
    let isOver = false;
    const end = (isKept) => {
      if (isOver) return;
      isOver = true;
      const title = field.value.trim();
      if (isKept && title && title !== conversation.title) this.actions.rename(id, title);
      else this.#render();
      this.list.querySelector(`[data-id="${CSS.escape(id)}"] a`)?.focus();
    };
    field.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter' && !event.isComposing) end(true);
      if (event.key === 'Escape') end(false);
    });
    field.addEventListener('blur', () => end(true));
    entry.replaceChildren(field);
    field.focus();
    field.select();
  }

  #search() {
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(async () => {
      const text = this.field.value.trim();
      this.#found = text ? await this.actions.search(text) : null;
      this.#render();
    }, 120);
  }

  #render() {
    const shown = this.#conversations.filter((one) => this.#found === null || this.#found.has(one.id));
    if (shown.length === 0) {
      this.list.replaceChildren(h('p', { class: 'nothing' }, t(this.#found === null ? 'noConversations' : 'nothingFound')));
      return;
    }
    const groups = new Map();
    for (const conversation of shown) {
      const name = ageOf(conversation.updated);
      groups.set(name, [...(groups.get(name) ?? []), conversation]);
    }
    this.list.replaceChildren(...[...groups].map(([name, members]) => h(
      'section', { 'aria-label': t(name) }, h('h2', {}, t(name)),
      h('ul', {}, members.map((conversation) => this.#entry(conversation))))));
  }

  #entry(conversation) {
    const { id } = conversation;
    const title = conversation.title || t('untitled');
    const isCurrent = id === this.#current;
    const more = iconButton('more', t('moreActions', { title }), () => openMenu(more, t('moreActions', { title }), [
      [t('rename'), icon('pencil'), () => this.rename(id)],
      [t('export'), icon('download'), () => this.actions.export(id)],
      [t('delete'), icon('trash'), () => this.actions.remove(id), true],
    ]), { class: 'icon-button more', 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
    return h(
      'li', { class: isCurrent ? 'current' : null, 'data-id': id },
      h('a', { href: `#/c/${id}`, title, click: this.actions.opened, dir: 'auto', 'aria-current': isCurrent ? 'page' : null }, title),
      this.#running.has(id) && h('span', { class: 'pulse' }), more);
  }

  #press(event) {
    const links = [...this.list.querySelectorAll('a')];
    const index = links.indexOf(document.activeElement);
    if (index < 0) return;
    const id = document.activeElement.closest('[data-id]').dataset.id;
    if (event.key === 'ArrowDown') links[index + 1]?.focus();
    else if (event.key === 'ArrowUp') (links[index - 1] ?? this.field).focus();
    else if (event.key === 'F2') this.rename(id);
    else if (event.key === 'Delete') this.actions.remove(id);
    else return;
    event.preventDefault();
  }
}

function ageOf(time) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (time >= midnight) return 'today';
  if (time >= midnight - day) return 'yesterday';
  if (time >= midnight - 7 * day) return 'lastWeek';
  return time >= midnight - 30 * day ? 'lastMonth' : 'older';
}
