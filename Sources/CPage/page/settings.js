// The dialog of settings. Every change holds at once.

import { openDialog } from './dialogs.js';
import { h, icon } from './dom.js';
import { t } from './i18n.js';
import { preferences, setPreferences } from './preferences.js';

/** Numbers a model is asked with: name, range and step. Empty is the model's own. */
const numbers = [
  ['temperature', 0, 2, 0.05, 'temperatureAdvice', 'modelDefault'],
  ['topP', 0.01, 1, 0.01, 'topPAdvice', 'modelDefault'],
  ['maxTokens', 1, null, 1, 'maxTokensAdvice', 'unlimited'],
  ['thinkingBudget', 0, null, 1, 'thinkingBudgetAdvice', 'unlimited'],
  ['seed', 0, null, 1, 'seedAdvice', 'random'],
];

/**
 * @param models the served ones.
 * @param actions `exportAll`, `importFile(file)` and `removeAll`.
 */
export function openSettings(models, actions) {
  const content = h('div', { class: 'settings' });
  const dialog = openDialog(t('settings'), content, { class: 'wide' });
  fill();

  function fill() {
    content.replaceChildren(
      section('general',
        choice('theme', [['system', t('system')], ['light', t('light')], ['dark', t('dark')]]),
        choice('language', [['system', t('system')], ['en', 'English'], ['zh', '中文']]),
        models.length > 1 && choice('model', [['', models[0].id], ...models.slice(1).map(({ id }) => [id, id])])),
      section('generation',
        area('system', 'systemPrompt', 'systemPromptAdvice'),
        h('div', { class: 'numbers' }, numbers.map((entry) => number(...entry))),
        h('button', { type: 'button', class: 'button', click: resetNumbers }, icon('refresh'), t('reset'))),
      section('access', keyField()),
      section('data', h('p', { class: 'advice' }, t('dataText')),
        h('div', { class: 'buttons' },
          h('button', { type: 'button', class: 'button', click: actions.exportAll }, icon('download'), t('exportAll')),
          h('button', { type: 'button', class: 'button', click: () => file.click() }, icon('upload'), t('import')), file,
          h('button', { type: 'button', class: 'button danger', click: async () => {
            dialog.close();
            await actions.removeAll();
          } }, icon('trash'), t('deleteAll')))),
      section('shortcuts', h('dl', { class: 'shortcuts' }, t('shortcutList').flatMap(([press, meaning]) => [
        h('dt', {}, press.split(/([+·])/).map((part) => (/^[+·]$/.test(part) ? part : h('kbd', {}, part.trim())))),
        h('dd', {}, meaning),
      ]))));
  }

  function resetNumbers() {
    setPreferences({ system: '', ...Object.fromEntries(numbers.map(([name]) => [name, ''])) });
    fill();
  }
}

const file = h('input', { type: 'file', accept: 'application/json,.json', hidden: true, 'aria-label': 'JSON' });

/** What a chosen file is given to. */
export function onImport(listener) {
  file.addEventListener('change', () => {
    if (file.files[0]) listener(file.files[0]);
    file.value = '';
  });
}

function section(title, ...children) {
  return h('section', { 'aria-label': t(title) }, h('h3', {}, t(title)), children);
}

function choice(name, options) {
  const select = h('select', { id: `set-${name}`, change: () => setPreferences({ [name]: select.value }) },
    options.map(([value, label]) => h('option', { value }, label)));
  select.value = preferences()[name];
  return h('label', { class: 'field row', for: select.id }, h('span', {}, t(name)), select);
}

function area(name, title, advice) {
  const field = h('textarea', {
    id: `set-${name}`, rows: '2', 'aria-describedby': `advice-${name}`,
    input: () => setPreferences({ [name]: field.value }),
  });
  field.value = preferences()[name];
  return h('div', { class: 'field' }, h('label', { for: field.id }, t(title)), field,
    h('p', { class: 'advice', id: `advice-${name}` }, t(advice)));
}

function number(name, low, high, step, advice, placeholder) {
  const field = h('input', {
    type: 'number', id: `set-${name}`, min: String(low), max: high === null ? null : String(high), step: String(step),
    placeholder: t(placeholder), inputmode: 'decimal', 'aria-describedby': `advice-${name}`,
    input: () => {
      const isFine = field.value === '' ? !field.validity.badInput : field.checkValidity();
      field.setAttribute('aria-invalid', String(!isFine));
      if (isFine) setPreferences({ [name]: field.value });
    },
  });
  field.value = preferences()[name];
  return h('div', { class: 'field' }, h('label', { for: field.id }, t(name)), field,
    h('p', { class: 'advice', id: `advice-${name}` }, t(advice)));
}

function keyField() {
  const field = h('input', {
    type: 'password', id: 'set-key', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'advice-key',
    input: () => setPreferences({ key: field.value.trim() }),
  });
  field.value = preferences().key;
  return h('div', { class: 'field' }, h('label', { for: field.id }, t('apiKey')), field,
    h('p', { class: 'advice', id: 'advice-key' }, t('apiKeyAdvice')));
}
