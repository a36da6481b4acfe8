// Dialogs, menus and short notices.

import { h, iconButton } from './dom.js';
import { t } from './i18n.js';

/** A modal dialog; `close` ends it, Escape and the backdrop do, too. Focus goes back to where it was. */
export function openDialog(title, content, { class: kind = '', onClose = () => {} } = {}) {
  const before = document.activeElement;
  const dialog = h(
    'dialog', { class: `dialog ${kind}`.trim(), 'aria-label': title },
    h('header', { class: 'dialog-head' }, h('h2', {}, title), iconButton('close', t('close'), () => dialog.close())),
    content);
  // A press that begins inside, such as a selection of text, does not close it.
  let isPressedOutside = false;
  dialog.addEventListener('pointerdown', (event) => {
    isPressedOutside = event.target === dialog;
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && isPressedOutside) dialog.close();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    onClose();
    if (before?.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks before something is done; resolves to whether it is to be done. */
export function confirmDialog(title, text, action) {
  return new Promise((resolve) => {
    let isConfirmed = false;
    const confirm = h('button', { type: 'button', class: 'button danger', click: () => {
      isConfirmed = true;
      dialog.close();
    } }, action);
    const cancel = h('button', { type: 'button', class: 'button', click: () => dialog.close() }, t('cancel'));
    const dialog = openDialog(
      title, [h('p', {}, text), h('div', { class: 'dialog-buttons' }, cancel, confirm)],
      { class: 'small', onClose: () => resolve(isConfirmed) });
    cancel.focus();
  });
}

/** Asks for the API key; resolves to it, or to null. */
export function keyDialog(present) {
  return new Promise((resolve) => {
    let key = null;
    const field = h('input', { type: 'password', id: 'key-field', autocomplete: 'off', spellcheck: 'false' });
    field.value = present;
    const save = () => {
      key = field.value.trim();
      dialog.close();
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        save();
      }
    });
    const dialog = openDialog(
      t('keyQuestion'),
      [
        h('p', {}, t('keyText')),
        h('label', { class: 'field', for: 'key-field' }, h('span', {}, t('apiKey')), field),
        h('div', { class: 'dialog-buttons' },
          h('button', { type: 'button', class: 'button', click: () => dialog.close() }, t('cancel')),
          h('button', { type: 'button', class: 'button primary', click: save }, t('save'))),
      ],
      { class: 'small', onClose: () => resolve(key) });
    field.focus();
  });
}

/** A menu under a button. Entries are `[label, icon element, action, is dangerous]`. */
export function openMenu(button, label, entries) {
  document.querySelector('.menu')?.remove();
  const items = entries.map(([text, sign, action, isDangerous]) => h(
    'button', { type: 'button', role: 'menuitem', tabindex: '-1', class: isDangerous ? 'danger' : null, click: () => {
      close(true);
      action();
    } }, sign, text));
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label, keydown: press }, items);
  document.body.append(menu);
  const place = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(place.left, innerWidth - width - 8))}px`;
  menu.style.top = `${place.bottom + height + 8 > innerHeight ? Math.max(8, place.top - height - 4) : place.bottom + 4}px`;
  button.setAttribute('aria-expanded', 'true');
  items[0].focus();
  const outside = (event) => {
    if (!menu.contains(event.target)) close(false);
  };
  setTimeout(() => {
    document.addEventListener('pointerdown', outside);
    addEventListener('resize', () => close(false), { once: true });
  });

  function close(returnsFocus) {
    document.removeEventListener('pointerdown', outside);
    menu.remove();
    button.setAttribute('aria-expanded', 'false');
    if (returnsFocus) button.focus();
  }

  function press(event) {
    const index = items.indexOf(document.activeElement);
    const steps = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: items.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      items.at(steps[event.key] % items.length).focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    }
  }
}

/** A notice that goes away by itself. */
export function notify(text) {
  document.querySelector('.toast')?.remove();
  const toast = h('div', { class: 'toast', role: 'status' }, text);
  document.body.append(toast);
  setTimeout(() => toast.remove(), 5000);
}
