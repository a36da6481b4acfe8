// The chat page: puts its parts together and tells them what happens.

import { ServerError, models } from './api.js';
import { Composer } from './composer.js';
import { addMessage, newConversation, path, select, titleFrom } from './conversation.js';
import { confirmDialog, keyDialog, notify } from './dialogs.js';
import { download, h, iconButton } from './dom.js';
import { Generation } from './generation.js';
import { language, t } from './i18n.js';
import { onPreferences, preferences, setPreferences } from './preferences.js';
import { onImport, openSettings } from './settings.js';
import { Sidebar } from './sidebar.js';
import { openStore } from './store.js';
import { ThreadView } from './thread.js';

/** Below this width the list of conversations lies over the thread. */
const narrow = matchMedia('(max-width: 760px)');

class Chat {
  #conversation = newConversation();
  #conversations = [];
  /** Running answers by the identifier of their conversation. */
  #generations = new Map();
  /** Conversations that are loaded, so that a running answer and its view share one. */
  #loaded = new Map();
  /** Seconds after which the failed answers of this visit may be tried again, by message. */
  #retries = new Map();
  #models = [];
  #store;
  #channel = new BroadcastChannel('apus');

  async start() {
    this.#store = await openStore();
    this.#build();
    addEventListener('hashchange', () => this.#navigate());
    addEventListener('keydown', (event) => this.#press(event));
    addEventListener('pagehide', () => this.#saveRunning());
    this.#channel.addEventListener('message', () => this.#list());
    narrow.addEventListener('change', () => this.#showSidebar(!narrow.matches && preferences().sidebar));
    onPreferences((_, changes) => {
      if ('theme' in changes || 'language' in changes) this.#applyLook('language' in changes);
    });
    onImport((file) => this.#import(file));
    if (!this.#store.isLasting) notify(t('notLasting'));
    await this.#list();
    await this.#navigate();
    this.composer.focus();
    await this.#loadModels();
  }

  #build() {
    document.documentElement.lang = language();
    this.sidebar = new Sidebar({
      create: () => this.#create(),
      rename: (id, title) => this.#rename(id, title),
      remove: (id) => this.#remove(id),
      export: async (id) => download('apus-conversation.json', 'application/json', await this.#store.export(id)),
      search: (text) => this.#store.search(text),
      settings: () => this.#openSettings(),
      hide: () => this.#showSidebar(false),
      opened: () => narrow.matches && this.#showSidebar(false),
    });
    this.thread = new ThreadView({
      ask: (text) => this.#send(text),
      edit: (message, text) => this.#edit(message, text),
      regenerate: (message) => this.#answer(this.#conversation, message.parent),
      continue: (message) => this.#continue(message),
      select: (message) => this.#select(message),
      retry: (message) => this.#retry(message),
      retryAfter: (message) => this.#retries.get(message.id) ?? null,
      say: (text) => this.#say(text),
    });
    this.composer = new Composer({
      send: (text) => this.#send(text),
      stop: () => this.#generations.get(this.#conversation.id)?.stop(),
      editLast: () => this.thread.lastQuestion?.edit(),
    });
    this.title = h('h1', { class: 'title', dir: 'auto' });
    this.modelName = h('span', { class: 'model-name' });
    this.status = h('div', { class: 'offscreen', role: 'status', 'aria-live': 'polite' });
    this.themeButton = iconButton('moon', t('darkTheme'), () => this.#switchTheme(), { class: 'icon-button theme' });
    this.showButton = iconButton('menu', t('showSidebar'), () => this.#showSidebar(true), {
      class: 'icon-button show-sidebar', 'aria-controls': 'sidebar', 'aria-expanded': 'false',
    });
    this.shade = h('div', { class: 'shade', click: () => this.#showSidebar(false) });
    const main = h(
      'main', { class: 'main' },
      h('header', { class: 'bar' },
        this.showButton,
        iconButton('edit', t('newChat'), () => this.#create(), { class: 'icon-button bar-new' }),
        this.title, this.modelName, this.themeButton),
      this.thread.element, this.composer.element);
    document.body.replaceChildren(
      h('a', { class: 'skip', href: '#message', click: (event) => {
        event.preventDefault();
        this.composer.focus();
      } }, t('skip')),
      this.sidebar.element, this.shade, main, this.status);
    this.#showSidebar(!narrow.matches && preferences().sidebar, false);
    this.#applyLook(false);
  }

  /** Shows what the address names: `#/c/IDENTIFIER`, else a new chat. */
  async #navigate() {
    const id = /^#\/c\/(\w+)$/.exec(location.hash)?.[1];
    if (id !== this.#conversation.id || !id) {
      const found = id ? this.#loaded.get(id) ?? await this.#store.load(id) : null;
      if (id && !found) history.replaceState(null, '', location.pathname);
      this.#conversation = found ?? newConversation();
      if (found) this.#loaded.set(id, found);
      this.composer.conversation = found ? id : '';
    }
    if (narrow.matches) this.#showSidebar(false);
    this.#show();
  }

  #create() {
    if (location.hash) location.hash = '';
    else this.#navigate();
    if (narrow.matches) this.#showSidebar(false);
    this.composer.focus();
  }

  /** Brings everything in line with the present conversation. */
  #show() {
    const conversation = this.#conversation;
    const isNew = conversation.messages.size === 0;
    document.title = isNew ? 'Apus' : `${conversation.title || t('untitled')} · Apus`;
    this.title.textContent = isNew ? '' : conversation.title || t('untitled');
    this.thread.show(conversation, (message) => this.#generationOf(message), this.#modelName);
    this.composer.running = this.#generations.has(conversation.id);
    this.#showSidebarList();
    this.#showContextUse();
  }

  #showSidebarList() {
    this.sidebar.show(this.#conversations, this.#conversation.id, new Set(this.#generations.keys()));
  }

  #showContextUse() {
    const last = path(this.#conversation).at(-1);
    const length = this.#models.find((model) => model.id === this.#modelName)?.contextLength;
    const { promptTokens, completionTokens } = last?.figures ?? {};
    const used = promptTokens && completionTokens ? promptTokens + completionTokens : null;
    this.composer.note.textContent = used && length ? t('contextUse', { used, total: length }) : '';
  }

  #generationOf(message) {
    const generation = this.#generations.get(message.conversation);
    return generation?.message === message ? generation : null;
  }

  get #modelName() {
    return preferences().model || this.#models[0]?.id || '';
  }

  async #list() {
    this.#conversations = await this.#store.list();
    this.#showSidebarList();
  }

  async #keep(conversation) {
    await this.#store.saveConversation(conversation);
    await this.#list();
    this.#channel.postMessage('changed');
  }

  async #send(text) {
    const conversation = this.#conversation;
    if (!text.trim() || this.#generations.has(conversation.id)) return;
    if (this.composer.text === text) this.composer.take();
    await this.#ask(conversation, conversation.leaf, text.trim());
  }

  async #edit(message, text) {
    if (this.#generations.has(message.conversation)) return;
    await this.#ask(this.#conversation, message.parent, text.trim());
  }

  async #ask(conversation, parent, text) {
    const isNew = conversation.messages.size === 0;
    if (isNew) conversation.title = titleFrom(text);
    const message = addMessage(conversation, parent, { role: 'user', text });
    this.#loaded.set(conversation.id, conversation);
    if (isNew) {
      history.pushState(null, '', `#/c/${conversation.id}`);
      this.composer.conversation = conversation.id;
    }
    await this.#store.saveMessage(message);
    await this.#keep(conversation);
    await this.#answer(conversation, message.id);
  }

  /** A new answer behind a message. */
  async #answer(conversation, parent) {
    if (this.#generations.has(conversation.id)) return;
    const message = addMessage(conversation, parent, { role: 'assistant', think: preferences().think });
    await this.#run(conversation, message, false);
  }

  async #continue(message) {
    if (this.#generations.has(message.conversation)) return;
    await this.#run(this.#conversation, message, true);
  }

  /** Another attempt at an answer that failed; what had come of it stays in its own branch. */
  async #retry(message) {
    const conversation = this.#loaded.get(message.conversation);
    if (!conversation || this.#generations.has(conversation.id)) return;
    if (message.error?.kind === 'key') {
      const key = await keyDialog(preferences().key);
      if (key === null) return;
      setPreferences({ key });
      this.#loadModels();
    }
    if (message.text || message.reasoning) await this.#answer(conversation, message.parent);
    else await this.#run(conversation, message, false);
  }

  async #run(conversation, message, isContinuation) {
    const generation = new Generation(conversation, message, preferences(), {
      isContinuation,
      save: () => this.#store.saveMessage(message),
      listener: () => {
        if (conversation === this.#conversation) this.thread.view(message)?.grow();
      },
    });
    this.#generations.set(conversation.id, generation);
    this.#retries.delete(message.id);
    conversation.updated = Date.now();
    this.#keep(conversation);
    this.#show();
    this.thread.toEnd();
    this.#say(t('sent'));
    await generation.run();
    this.#generations.delete(conversation.id);
    const { error } = message;
    if (error) this.#retries.set(message.id, error.kind === 'lost' ? 0 : generation.retryAfter ?? null);
    if (conversation === this.#conversation) this.#show();
    else this.#showSidebarList();
    if (!error) this.#say(t('finished'));
    else if (error.kind === 'key' && conversation === this.#conversation) await this.#retry(message);
  }

  #select(message) {
    select(this.#conversation, message);
    this.#show();
    this.#keep(this.#conversation);
    this.thread.view(message)?.element.querySelector('.step:not([disabled])')?.focus();
  }

  async #rename(id, title) {
    const conversation = this.#loaded.get(id) ?? await this.#store.load(id);
    conversation.title = title;
    await this.#keep(conversation);
    this.#show();
  }

  async #remove(id) {
    const title = this.#conversations.find((one) => one.id === id)?.title || t('untitled');
    if (!await confirmDialog(t('deleteQuestion'), t('deleteText', { title }), t('delete'))) return;
    await this.#forget(id);
    await this.#store.remove(id);
    await this.#list();
    this.#channel.postMessage('changed');
    if (id === this.#conversation.id) this.#create();
  }

  async #removeAll() {
    if (!await confirmDialog(t('deleteAllQuestion'), t('deleteAllText'), t('deleteAll'))) return;
    for (const { id } of this.#conversations) await this.#forget(id);
    await this.#store.removeAll();
    await this.#list();
    this.#channel.postMessage('changed');
    this.#create();
  }

  /** Ends what goes on in a conversation that will be removed. */
  async #forget(id) {
    const generation = this.#generations.get(id);
    if (generation) {
      generation.save = () => {};
      generation.stop();
    }
    this.#loaded.delete(id);
  }

  async #import(file) {
    try {
      const number = await this.#store.import(await file.text());
      await this.#list();
      notify(t('imported', { number }));
    } catch {
      notify(t('importFailed'));
    }
  }

  #openSettings() {
    openSettings(this.#models, {
      exportAll: async () => download('apus-conversations.json', 'application/json', await this.#store.export()),
      removeAll: () => this.#removeAll(),
    });
  }

  async #loadModels() {
    try {
      this.#models = await models(preferences().key);
    } catch (error) {
      // A key is asked for when something is sent; a server that loads is asked again.
      if (!(error instanceof ServerError) || error.status !== 401) setTimeout(() => this.#loadModels(), 3000);
      return;
    }
    if (preferences().model && !this.#models.some(({ id }) => id === preferences().model)) setPreferences({ model: '' });
    this.modelName.textContent = this.#modelName;
    if (this.#conversation.messages.size === 0) this.#show();
    else this.#showContextUse();
  }

  #saveRunning() {
    for (const generation of this.#generations.values()) generation.save();
  }

  #switchTheme() {
    setPreferences({ theme: this.#isDark ? 'light' : 'dark' });
  }

  get #isDark() {
    const { theme } = preferences();
    return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  }

  #applyLook(rebuilds) {
    const { theme } = preferences();
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    if (rebuilds) {
      // Words stand everywhere: with another language the page is made anew, beside the dialog that is open.
      const dialogs = [...document.querySelectorAll('dialog')];
      dialogs.forEach((dialog) => dialog.close());
      this.#build();
      this.composer.conversation = this.#conversation.messages.size > 0 ? this.#conversation.id : '';
      this.#show();
      this.modelName.textContent = this.#modelName;
      if (dialogs.length > 0) this.#openSettings();
      return;
    }
    const label = t(this.#isDark ? 'lightTheme' : 'darkTheme');
    this.themeButton.replaceChildren(...iconButton(this.#isDark ? 'sun' : 'moon', label).childNodes);
    this.themeButton.setAttribute('aria-label', label);
    this.themeButton.title = label;
  }

  #showSidebar(isShown, isChosen = true) {
    document.body.classList.toggle('with-sidebar', isShown);
    this.showButton.setAttribute('aria-expanded', String(isShown));
    this.sidebar.element.inert = !isShown;
    if (isChosen && !narrow.matches) setPreferences({ sidebar: isShown });
    if (isChosen && narrow.matches && isShown) this.sidebar.element.querySelector('button, a, input').focus();
  }

  #say(text) {
    this.status.textContent = text;
  }

  #press(event) {
    if (document.querySelector('dialog[open]')) return;
    const withControl = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (withControl && event.shiftKey && key === 'o') this.#create();
    else if (withControl && !event.shiftKey && key === 'k') {
      this.#showSidebar(true, false);
      this.sidebar.focusSearch();
    } else if (withControl && !event.shiftKey && key === 'b') {
      this.#showSidebar(!document.body.classList.contains('with-sidebar'));
    } else if (withControl && key === ',') this.#openSettings();
    else if (event.altKey && event.code === 'KeyT') this.composer.toggleThinking();
    else if (key === 'escape' && event.shiftKey) this.composer.focus();
    else if (key === 'escape') {
      if (narrow.matches && document.body.classList.contains('with-sidebar')) this.#showSidebar(false);
      else this.#generations.get(this.#conversation.id)?.stop();
      return;
    } else return;
    event.preventDefault();
  }
}

new Chat().start();
