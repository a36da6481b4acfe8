// Where messages are written.

import { h, icon } from './dom.js';
import { t } from './i18n.js';
import { drafts, preferences, setPreferences } from './preferences.js';

export class Composer {
  #draft = '';
  #isRunning = false;

  /**
   * @param actions `send(text)`, `stop()` and `editLast()`.
   */
  constructor(actions) {
    this.actions = actions;
    this.field = h('textarea', {
      id: 'message', rows: '1', 'aria-label': t('message'), placeholder: t('placeholder'), enterkeyhint: 'send',
      input: () => this.#noteInput(), keydown: (event) => this.#press(event),
    });
    this.think = h(
      'button', { type: 'button', class: 'toggle think', title: t('deepThinkHint'), click: () => this.toggleThinking() },
      icon('thought'), t('deepThink'));
    this.maths = h(
      'button', { type: 'button', class: 'toggle maths', title: t('mathsHint'), click: () => this.#addInstruction() },
      h('span', { class: 'maths-sign', 'aria-hidden': 'true' }, '∑'), t('maths'));
    this.button = h('button', { type: 'button', class: 'send', click: () => this.#pressButton() });
    this.note = h('p', { class: 'composer-note' });
    this.element = h(
      'form', { class: 'composer', submit: (event) => event.preventDefault() },
      h('div', { class: 'box', click: (event) => event.target === event.currentTarget && this.focus() },
        this.field, h('div', { class: 'row' }, this.think, this.maths, h('span', { class: 'fill' }), this.button)),
      this.note);
    this.#update();
  }

  set running(isRunning) {
    this.#isRunning = isRunning;
    this.#update();
  }

  /** Takes the draft of a conversation; '' is the new one. */
  set conversation(id) {
    this.#draft = id;
    this.text = drafts.get(id);
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.#noteInput();
  }

  focus() {
    this.field.focus();
  }

  toggleThinking() {
    setPreferences({ think: !preferences().think });
    this.#update();
  }

  /** Takes the text out, to be sent. */
  take() {
    const { text } = this;
    this.text = '';
    return text;
  }

  #pressButton() {
    if (this.#isRunning) this.actions.stop();
    else this.#send();
  }

  #send() {
    if (this.#isRunning || !this.text.trim()) return;
    this.actions.send(this.text);
  }

  #press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const isTouch = matchMedia('(pointer: coarse)').matches;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !isTouch) {
      event.preventDefault();
      this.#send();
    } else if (event.key === 'ArrowUp' && this.text === '') {
      event.preventDefault();
      this.actions.editLast();
    }
  }

  #addInstruction() {
    const instruction = t('mathsInstruction');
    if (!this.text.includes(instruction)) {
      const text = this.text.trimEnd();
      this.text = text ? `${text}\n\n${instruction}` : `\n\n${instruction}`;
      if (!text) this.field.setSelectionRange(0, 0);
    }
    this.focus();
  }

  #noteInput() {
    drafts.set(this.#draft, this.field.value);
    this.field.style.height = 'auto';
    this.field.style.height = `${Math.min(this.field.scrollHeight, 240)}px`;
    this.#update();
  }

  #update() {
    this.think.setAttribute('aria-pressed', String(preferences().think));
    const label = t(this.#isRunning ? 'stop' : 'send');
    this.button.setAttribute('aria-label', label);
    this.button.title = label;
    this.button.classList.toggle('stopping', this.#isRunning);
    this.button.disabled = !this.#isRunning && !this.text.trim();
    const name = this.#isRunning ? 'stop' : 'arrowUp';
    if (this.button.dataset.icon === name) return;
    this.button.dataset.icon = name;
    this.button.replaceChildren(this.#isRunning ? h('span', { class: 'stop-sign', 'aria-hidden': 'true' }) : icon('arrowUp'));
  }
}
