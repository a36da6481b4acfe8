// A conversation is a tree: a message that was edited or generated again has siblings. What is shown is the path from
// the root to the leaf that was chosen.

import { newIdentifier } from './dom.js';

export function newConversation() {
  const now = Date.now();
  return { id: newIdentifier(), title: '', created: now, updated: now, leaf: null, messages: new Map() };
}

/** Adds a message behind another (null: as a root) and shows it. */
export function addMessage(conversation, parent, fields) {
  const message = {
    id: newIdentifier(), conversation: conversation.id, parent, order: nextOrder(conversation), created: Date.now(),
    text: '', ...fields,
  };
  conversation.messages.set(message.id, message);
  conversation.leaf = message.id;
  conversation.updated = message.created;
  return message;
}

/** The messages shown, first to last. */
export function path(conversation, leaf = conversation.leaf) {
  const messages = [];
  const seen = new Set();
  for (let id = leaf; id && !seen.has(id);) {
    seen.add(id);
    const message = conversation.messages.get(id);
    if (!message) break;
    messages.push(message);
    id = message.parent;
  }
  return messages.reverse();
}

/** The alternatives at a message's place, itself among them, oldest first. */
export function siblings(conversation, message) {
  return childrenOf(conversation, message.parent);
}

/** Shows the branch that goes through a message, to its newest end. */
export function select(conversation, message) {
  let leaf = message;
  for (let next = leaf; next; next = childrenOf(conversation, leaf.id).at(-1)) leaf = next;
  conversation.leaf = leaf.id;
}

/** A title from the first thing that was asked. */
export function titleFrom(text) {
  const line = text.trim().split('\n')[0].replace(/\s+/g, ' ');
  const letters = Array.from(line);
  return letters.length > 60 ? letters.slice(0, 59).join('') + '…' : line;
}

/**
 * What goes to the server for an answer behind `leaf`. The chain of thought of earlier answers stays out, as R1's
 * template wants it; answers that came to nothing are left out.
 */
export function requestMessages(conversation, leaf, system) {
  const messages = system.trim() ? [{ role: 'system', content: system }] : [];
  for (const message of path(conversation, leaf)) {
    if (message.role === 'assistant' && !message.text) continue;
    messages.push({ role: message.role, content: message.text });
  }
  return messages;
}

function childrenOf(conversation, parent) {
  const found = [];
  for (const message of conversation.messages.values()) if (message.parent === parent) found.push(message);
  return found.sort((one, other) => one.order - other.order);
}

function nextOrder(conversation) {
  let order = 0;
  for (const message of conversation.messages.values()) order = Math.max(order, message.order + 1);
  return order;
}
