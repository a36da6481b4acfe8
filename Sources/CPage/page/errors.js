// What went wrong with an answer, what to do about it, and the next attempt.

import { isHealthy } from './api.js';
import { h, icon } from './dom.js';
import { t } from './i18n.js';

/** Seconds between looks whether a lost server is back. */
const lookAgain = 3;

const texts = {
  key: ['errorKey', 'errorKeyText'],
  busy: ['errorBusy', 'errorBusyText'],
  loading: ['errorLoading', 'errorBusyText'],
  lost: ['errorLost', 'errorLostText'],
  cut: ['errorCut', 'errorCutText'],
  context: ['errorContext', 'errorContextText'],
  refused: ['errorRefused', null],
  server: ['errorServer', null],
};

/** A card about an error. It tries again by itself when the server said when, or when a lost server is back. */
export class ErrorCard {
  #timer = null;

  /**
   * @param retryAfter seconds after which to try again; null: not by itself.
   */
  constructor(error, retryAfter, retry) {
    const [title, advice] = texts[error.kind] ?? texts.server;
    this.retry = retry;
    this.countdown = h('span', { class: 'countdown', role: 'timer' });
    const details = error.text ? h('p', { class: 'error-details', dir: 'auto' }, error.text) : null;
    this.element = h(
      'div', { class: 'error-card', role: 'alert', 'data-kind': error.kind },
      h('p', { class: 'error-title' }, t(title)),
      advice && h('p', {}, t(advice, { origin: location.origin })),
      details,
      h('div', { class: 'error-buttons' },
        h('button', { type: 'button', class: 'button', click: () => this.#try() },
          icon(error.kind === 'key' ? 'key' : 'refresh'), t(error.kind === 'key' ? 'enterKey' : 'retry')),
        this.countdown));
    if (retryAfter !== null && error.kind === 'lost') this.#watch();
    else if (retryAfter !== null) this.#count(Math.max(1, retryAfter));
  }

  /** Ends all attempts. */
  end() {
    clearTimeout(this.#timer);
  }

  #try() {
    this.end();
    this.retry();
  }

  #count(seconds) {
    if (seconds <= 0) {
      this.#try();
      return;
    }
    this.countdown.textContent = t('retryIn', { seconds });
    this.#timer = setTimeout(() => {
      if (this.element.isConnected) this.#count(seconds - 1);
    }, 1000);
  }

  #watch() {
    this.#timer = setTimeout(async () => {
      if (!this.element.isConnected) return;
      if (await isHealthy()) this.#try();
      else this.#watch();
    }, lookAgain * 1000);
  }
}
