// Conversations in the browser's IndexedDB; in memory alone where that is forbidden.

import { newIdentifier } from './dom.js';

const format = 'apus-conversations';

/** Opens the store; `isLasting` tells whether it outlives the page. */
export async function openStore() {
  try {
    return new Store(await openDatabase(), true);
  } catch {
    return new Store(null, false);
  }
}

class Store {
  #database;
  #memory = { conversations: new Map(), messages: new Map() };

  constructor(database, isLasting) {
    this.#database = database;
    this.isLasting = isLasting;
  }

  /** All conversations without their messages, the latest first. */
  async list() {
    const all = await this.#all('conversations');
    return all.sort((one, other) => other.updated - one.updated);
  }

  /** A conversation with its messages; null if there is none. */
  async load(id) {
    const conversation = (await this.#all('conversations')).find((entry) => entry.id === id);
    if (!conversation) return null;
    const messages = await this.#messagesOf(id);
    messages.sort((one, other) => one.order - other.order);
    return { ...conversation, messages: new Map(messages.map((message) => [message.id, message])) };
  }

  /** Keeps a conversation's own fields. */
  async saveConversation(conversation) {
    const { messages, ...fields } = conversation;
    await this.#put('conversations', fields);
  }

  async saveMessage(message) {
    await this.#put('messages', message);
  }

  async remove(id) {
    const messages = await this.#messagesOf(id);
    await this.#delete('messages', messages.map((message) => message.id));
    await this.#delete('conversations', [id]);
  }

  async removeAll() {
    for (const kind of ['messages', 'conversations']) {
      await this.#delete(kind, (await this.#all(kind)).map((entry) => entry.id));
    }
  }

  /** The identifiers of the conversations in whose title or text all the words stand. */
  async search(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const texts = new Map();
    for (const { id, title } of await this.#all('conversations')) texts.set(id, [title]);
    for (const message of await this.#all('messages')) texts.get(message.conversation)?.push(message.text);
    const found = new Set();
    for (const [id, parts] of texts) {
      const whole = parts.join('\n').toLowerCase();
      if (words.every((word) => whole.includes(word))) found.add(id);
    }
    return found;
  }

  /** The JSON of all conversations, or of one. */
  async export(id) {
    const conversations = [];
    for (const entry of await this.list()) {
      if (id && entry.id !== id) continue;
      const { messages, ...fields } = await this.load(entry.id);
      conversations.push({ ...fields, messages: [...messages.values()] });
    }
    return JSON.stringify({ format, version: 1, conversations }, null, 1);
  }

  /**
   * Adds the conversations of an exported file under new identifiers. Throws, with nothing added, if it is no such
   * file. Returns how many there were.
   */
  async import(json) {
    const conversations = readExport(json);
    for (const { messages, ...fields } of conversations) {
      await this.saveConversation(fields);
      for (const message of messages) await this.saveMessage(message);
    }
    return conversations.length;
  }

  async #all(kind) {
    if (!this.#database) return [...this.#memory[kind].values()];
    return result(this.#database.transaction(kind).objectStore(kind).getAll());
  }

  async #messagesOf(id) {
    if (!this.#database) return (await this.#all('messages')).filter((message) => message.conversation === id);
    return result(this.#database.transaction('messages').objectStore('messages').index('conversation').getAll(id));
  }

  async #put(kind, value) {
    if (this.#database) await this.#write(kind, (store) => store.put(value));
    else this.#memory[kind].set(value.id, structuredClone(value));
  }

  async #delete(kind, identifiers) {
    if (this.#database) await this.#write(kind, (store) => identifiers.forEach((id) => store.delete(id)));
    else identifiers.forEach((id) => this.#memory[kind].delete(id));
  }

  #write(kind, change) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(kind, 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      change(transaction.objectStore(kind));
    });
  }
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('apus', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('conversations', { keyPath: 'id' });
      request.result.createObjectStore('messages', { keyPath: 'id' }).createIndex('conversation', 'conversation');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The conversations of an exported file with fresh identifiers; only fields that are known and of the right type. */
function readExport(json) {
  const file = JSON.parse(json);
  if (file?.format !== format || !Array.isArray(file.conversations)) throw new TypeError('not an export of this page');
  return file.conversations.map((source) => {
    const names = new Map(source.messages.map((message) => [message.id, newIdentifier()]));
    const id = newIdentifier();
    const messages = source.messages.map((message, order) => ({
      id: names.get(message.id),
      conversation: id,
      parent: names.get(message.parent) ?? null,
      order,
      created: Number(message.created) || Date.now(),
      role: message.role === 'assistant' ? 'assistant' : 'user',
      text: String(message.text ?? ''),
      reasoning: typeof message.reasoning === 'string' ? message.reasoning : undefined,
      thinkingSeconds: Number.isFinite(message.thinkingSeconds) ? message.thinkingSeconds : undefined,
      model: typeof message.model === 'string' ? message.model : undefined,
      finish: typeof message.finish === 'string' ? message.finish : undefined,
      figures: readFigures(message.figures),
    }));
    return {
      id,
      title: String(source.title ?? ''),
      created: Number(source.created) || Date.now(),
      updated: Number(source.updated) || Date.now(),
      leaf: names.get(source.leaf) ?? messages.at(-1)?.id ?? null,
      messages,
    };
  });
}

function readFigures(figures) {
  if (!figures || typeof figures !== 'object') return undefined;
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}
