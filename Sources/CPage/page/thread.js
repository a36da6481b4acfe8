// The messages of the conversation that is shown.

import { path } from './conversation.js';
import { h, icon, logo } from './dom.js';
import { t } from './i18n.js';
import { MessageView } from './message.js';

/** Pixels from the end within which the thread follows a growing answer. */
const near = 80;

export class ThreadView {
  #views = new Map();
  #conversation = null;
  #follows = true;
  #lastTop = 0;

  /**
   * @param actions what messages can be told, and `ask` for an example.
   */
  constructor(actions) {
    this.actions = actions;
    this.list = h('div', { class: 'messages' });
    this.jump = h(
      'button', { type: 'button', class: 'jump', hidden: true, 'aria-label': t('toLatest'), title: t('toLatest'),
        click: () => this.toEnd() }, icon('arrowDown'));
    this.scroller = h('div', { class: 'scroller', scroll: () => this.#noteScroll() }, this.list);
    this.element = h('div', { class: 'thread' }, this.scroller, this.jump);
    new ResizeObserver(() => this.#follow()).observe(this.list);
    new ResizeObserver(() => this.#follow()).observe(this.scroller);
  }

  /** Shows a conversation; `generationOf` gives the running answer of a message, or null. */
  show(conversation, generationOf, modelName) {
    const isOther = this.#conversation !== conversation;
    if (isOther) this.#views.clear();
    this.#conversation = conversation;
    const messages = path(conversation);
    if (messages.length === 0) {
      this.list.replaceChildren(this.#welcome(modelName));
      this.#updateJump();
      return;
    }
    const shown = messages.map((message) => {
      let view = this.#views.get(message.id);
      if (!view) {
        view = new MessageView(conversation, message, this.actions);
        this.#views.set(message.id, view);
      }
      view.generation = generationOf(message);
      return view;
    });
    const elements = shown.map((view) => view.element);
    const present = [...this.list.children];
    // Elements that stay are not moved, so that focus and selection stay with them.
    if (elements.length !== present.length || elements.some((element, index) => element !== present[index])) {
      for (const element of present) if (!elements.includes(element)) element.remove();
      elements.forEach((element, index) => {
        if (this.list.children[index] !== element) this.list.insertBefore(element, this.list.children[index] ?? null);
      });
    }
    if (isOther) this.toEnd();
    else this.#follow();
  }

  view(message) {
    return this.#views.get(message.id) ?? null;
  }

  /** The view of the last message of the reader's own. */
  get lastQuestion() {
    const message = this.#conversation && path(this.#conversation).findLast((one) => one.role === 'user');
    return message ? this.view(message) : null;
  }

  toEnd() {
    this.#follows = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#updateJump();
  }

  #welcome(modelName) {
    return h(
      'div', { class: 'welcome' },
      h('h1', {}, logo(), t('greeting')),
      h('p', {}, modelName ? t('greetingText', { model: modelName }) : ''),
      h('div', { class: 'examples' }, t('examples').map((text) =>
        h('button', { type: 'button', class: 'example', click: () => this.actions.ask(text) }, text))));
  }

  #follow() {
    if (this.#follows) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#updateJump();
  }

  #noteScroll() {
    const { scrollTop } = this.scroller;
    // Only the reader scrolls up; what grows below does not count as leaving the end.
    if (scrollTop < this.#lastTop - 2) this.#follows = this.#distance() < near;
    else if (this.#distance() < near) this.#follows = true;
    this.#lastTop = scrollTop;
    this.#updateJump();
  }

  #distance() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  #updateJump() {
    this.jump.hidden = this.#follows || this.#distance() < near;
  }
}
