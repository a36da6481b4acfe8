// A message of the thread: its text, the chain of thought, what can be done with it, and what it took.

import { siblings } from './conversation.js';
import { copyText, h, icon, iconButton, logo } from './dom.js';
import { ErrorCard } from './errors.js';
import { t } from './i18n.js';
import { Pacer } from './pacer.js';
import { MarkdownView } from './render.js';

/** The view of a message. `actions` is what the thread can be told: edit, regenerate, continue, select, retry. */
export class MessageView {
  #generation = null;
  #pacer = new Pacer(() => this.#show());
  #isThoughtOpen = null;
  #clock = null;
  #error = null;
  /** What the tools were made for. */
  #mark = null;

  constructor(conversation, message, actions) {
    this.conversation = conversation;
    this.message = message;
    this.actions = actions;
    if (message.role === 'user') this.#makeUser();
    else this.#makeAssistant();
    this.refresh();
  }

  /** Follows an answer while it comes; null: it has ended. */
  set generation(generation) {
    const { message, conversation } = this;
    const all = siblings(conversation, message);
    const mark = [all.length, all.indexOf(message), conversation.leaf === message.id, message.text.length].join();
    // A card that counts down, or a button in focus, is not made anew for nothing.
    if (generation === this.#generation && mark === this.#mark) return;
    this.#generation = generation;
    this.#mark = mark;
    clearInterval(this.#clock);
    if (generation) this.#clock = setInterval(() => this.#showThoughtTitle(), 500);
    this.refresh();
  }

  /** To be called when the text has grown. */
  grow() {
    this.#pacer.ask();
  }

  /** Shows everything as it is now. */
  refresh() {
    this.#show();
    this.#showTools();
  }

  #makeUser() {
    this.text = h('div', { class: 'said', dir: 'auto' });
    this.tools = h('div', { class: 'tools' });
    this.element = h(
      'article', { class: 'message user', 'aria-label': t('youSaid'), 'data-id': this.message.id }, this.text, this.tools);
  }

  #makeAssistant() {
    this.thoughtTitle = h('span', { class: 'thought-title' });
    this.thoughtView = new MarkdownView({ class: 'thought-text' });
    const identifier = `thought-${this.message.id}`;
    this.thoughtButton = h(
      'button', { type: 'button', class: 'thought-button', 'aria-controls': identifier, click: () => this.#toggleThought() },
      icon('thought'), this.thoughtTitle, icon('chevronDown'));
    this.endButton = h(
      'button', { type: 'button', class: 'end-thinking', title: t('endThinkingHint'), click: () => this.#generation?.endThinking() },
      icon('forward'), t('endThinking'));
    this.thoughtBody = h('div', { class: 'thought-body', id: identifier, role: 'region', 'aria-label': t('thoughts') },
      this.thoughtView.element);
    this.thought = h('section', { class: 'thought' },
      h('div', { class: 'thought-head' }, this.thoughtButton, this.endButton), this.thoughtBody);
    this.state = h('div', { class: 'state' });
    this.answer = new MarkdownView({ class: 'answer' });
    this.notice = h('div', { class: 'notice' });
    this.tools = h('div', { class: 'tools' });
    this.element = h(
      'article', { class: 'message assistant', 'aria-label': t('answer'), 'data-id': this.message.id },
      h('div', { class: 'avatar' }, logo()),
      h('div', { class: 'body' }, this.thought, this.state, this.answer.element, this.notice, this.tools));
  }

  #show() {
    const { message } = this;
    if (message.role === 'user') {
      this.text.textContent = message.text;
      return;
    }
    const generation = this.#generation;
    this.element.classList.toggle('running', generation !== null);
    this.element.setAttribute('aria-busy', String(generation !== null));
    const isOpen = this.#isThoughtOpen ?? !(message.text || generation === null);
    this.thought.hidden = !message.reasoning;
    if (message.reasoning) {
      this.thoughtButton.setAttribute('aria-expanded', String(isOpen));
      this.thoughtBody.hidden = !isOpen;
      // A folded chain of thought is laid out when it is opened.
      if (isOpen) this.thoughtView.update(message.reasoning.trim(), generation?.phase === 'thinking');
      this.endButton.hidden = !generation?.mayEndThinking;
      this.#showThoughtTitle();
    }
    this.#showState();
    this.answer.element.hidden = !message.text;
    if (message.text) this.answer.update(message.text, generation !== null);
  }

  #showThoughtTitle() {
    const { message } = this;
    if (message.role === 'user' || !message.reasoning) return;
    const isThinking = this.#generation?.phase === 'thinking';
    this.thought.classList.toggle('live', isThinking);
    const seconds = Math.round(isThinking ? this.#generation.thinkingSeconds : message.thinkingSeconds ?? 0);
    const title = isThinking ? t('thinkingFor', { seconds }) : t('thoughtFor', { seconds: Math.max(1, seconds) });
    if (this.thoughtTitle.textContent !== title) this.thoughtTitle.textContent = title;
  }

  /** What goes on before the first token. */
  #showState() {
    const generation = this.#generation;
    const isBefore = generation?.phase === 'waiting' || generation?.phase === 'reading';
    this.state.hidden = !isBefore;
    if (!isBefore) return;
    const { progress, queued } = generation;
    if (progress) {
      const bar = h('progress', { max: String(progress.total), 'aria-label': t('reading', progress) });
      bar.value = progress.done;
      this.state.replaceChildren(h('span', { class: 'pulse' }), t('reading', progress), bar);
    } else {
      this.state.replaceChildren(h('span', { class: 'pulse' }), queued > 0 ? t('queued', { number: queued }) : t('waiting'));
    }
  }

  #toggleThought() {
    this.#isThoughtOpen = this.thoughtButton.getAttribute('aria-expanded') !== 'true';
    this.#show();
  }

  #showTools() {
    const { message, actions } = this;
    const isRunning = this.#generation !== null;
    const buttons = [this.#branches()];
    if (message.role === 'user') {
      buttons.push(this.#copyButton(message.text), iconButton('pencil', t('editMessage'), () => this.edit(), { class: 'icon-button edit' }));
    } else if (!isRunning) {
      if (message.text) buttons.push(this.#copyButton(message.text));
      buttons.push(iconButton('refresh', t('regenerate'), () => actions.regenerate(message), { class: 'icon-button regenerate' }));
      if (this.#mayContinue()) {
        buttons.push(h('button', { type: 'button', class: 'chip continue', click: () => actions.continue(message) },
          icon('forward'), t('continue')));
      }
      buttons.push(this.#figures());
    }
    this.tools.replaceChildren(...buttons.filter(Boolean));
    this.tools.hidden = isRunning;
    if (message.role === 'assistant') this.#showNotice(isRunning);
  }

  #mayContinue() {
    const { message } = this;
    const isCut = ['length', 'stopped', 'interrupted'].includes(message.finish) || message.error?.kind === 'cut';
    return isCut && Boolean(message.text || message.reasoning) && this.conversation.leaf === message.id;
  }

  #showNotice(isRunning) {
    const { message } = this;
    this.#error?.end();
    this.#error = null;
    this.notice.replaceChildren();
    if (isRunning) return;
    if (message.error) {
      this.#error = new ErrorCard(message.error, this.actions.retryAfter(message), () => this.actions.retry(message));
      this.notice.append(this.#error.element);
      return;
    }
    const texts = { stopped: 'stopped', interrupted: 'interrupted', length: 'cutOff', repetition: 'repetition' };
    const key = texts[message.finish] ?? (message.text || message.reasoning ? null : 'empty');
    if (key) this.notice.append(h('p', { class: 'ending' }, t(key)));
  }

  #branches() {
    const all = siblings(this.conversation, this.message);
    if (all.length < 2) return null;
    const index = all.findIndex((message) => message.id === this.message.id);
    const values = { index: index + 1, number: all.length };
    const step = (name, label, other) =>
      iconButton(name, label, () => this.actions.select(other), { disabled: !other, class: 'icon-button step' });
    return h(
      'div', { class: 'branches', role: 'group', 'aria-label': t('branches', values) },
      step('chevronLeft', t('previousBranch'), all[index - 1]),
      h('span', { class: 'branch-place', 'aria-hidden': 'true' }, `${index + 1}/${all.length}`),
      step('chevronRight', t('nextBranch'), all[index + 1]));
  }

  #copyButton(text) {
    const button = iconButton('copy', t('copy'), async () => {
      const isDone = await copyText(text);
      button.replaceChildren(icon(isDone ? 'check' : 'copy'));
      this.actions.say(t(isDone ? 'copied' : 'copyFailed'));
      setTimeout(() => button.replaceChildren(icon('copy')), 1600);
    }, { class: 'icon-button copy' });
    return button;
  }

  #figures() {
    const figures = this.message.figures;
    if (!figures) return null;
    const parts = [];
    const digits = (number) => (number >= 100 ? Math.round(number) : number.toPrecision(number >= 10 ? 3 : 2));
    if (figures.rate) parts.push(t('rate', { rate: digits(figures.rate) }));
    if (figures.firstToken != null) parts.push(t('firstToken', { seconds: digits(Math.max(0.01, figures.firstToken)) }));
    if (figures.completionTokens) {
      const thought = figures.reasoningTokens ? ` (${t('reasoningTokens', { number: figures.reasoningTokens })})` : '';
      parts.push(t('completionTokens', { number: figures.completionTokens }) + thought);
    }
    if (figures.promptTokens) {
      const cached = figures.cachedTokens ? ` (${t('cachedTokens', { number: figures.cachedTokens })})` : '';
      parts.push(t('promptTokens', { number: figures.promptTokens }) + cached);
    }
    return h('div', { class: 'figures', role: 'group', 'aria-label': t('figures') }, parts.map((part) => h('span', {}, part)));
  }

  /** Lets the text be changed in its place; sending it makes another branch. */
  edit() {
    if (this.element.querySelector('.editor')) return;
    const area = h('textarea', { 'aria-label': t('editMessage'), rows: '1' });
    area.value = this.message.text;
    const end = () => {
      editor.remove();
      this.text.hidden = this.tools.hidden = false;
      this.element.classList.remove('editing');
    };
    const send = () => {
      if (!area.value.trim()) return;
      end();
      this.actions.edit(this.message, area.value);
    };
    const editor = h(
      'div', { class: 'editor' }, area,
      h('div', { class: 'editor-buttons' },
        h('button', { type: 'button', class: 'button cancel', click: () => {
          end();
          this.tools.querySelector('.edit')?.focus();
        } }, t('cancel')),
        h('button', { type: 'button', class: 'button primary', click: send }, t('send'))));
    const fit = () => {
      area.style.height = 'auto';
      area.style.height = `${Math.min(area.scrollHeight + 2, 400)}px`;
    };
    area.addEventListener('input', fit);
    area.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      } else if (event.key === 'Escape') {
        event.stopPropagation();
        end();
        this.tools.querySelector('.edit')?.focus();
      }
    });
    this.text.hidden = this.tools.hidden = true;
    this.element.classList.add('editing');
    this.element.append(editor);
    fit();
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }
}
