// The dashboard: draws /metrics and the last requests, again every second while it is looked at.

import { ServerError, metricsText, recentRequests } from './api.js';
import { histogramChart, lineChart } from './charts.js';
import { keyDialog } from './dialogs.js';
import { h, icon, logo } from './dom.js';
import { language, t } from './i18n.js';
import { onPreferences, preferences, setPreferences } from './preferences.js';
import { histogram, quantile, samples, total } from './prometheus.js';

const interval = 1000;
/** Values that are remembered: five minutes. */
const length = 300;
/** Values over which rates are taken. */
const window = 5;

const latencies = [
  ['timeToFirstToken', 'apus:time_to_first_token_seconds'],
  ['interTokenLatency', 'apus:inter_token_latency_seconds'],
  ['requestLatency', 'apus:e2e_request_latency_seconds'],
  ['queueTime', 'apus:request_queue_time_seconds'],
];

class Dashboard {
  /** What was measured, oldest first: `time` in seconds and the metrics needed. */
  #history = [];
  #round = 0;

  start() {
    document.documentElement.lang = language();
    document.title = `${t('serverStatus')} · Apus`;
    this.state = h('span', { class: 'server-state', role: 'status' });
    this.name = h('span', { class: 'model-name' });
    this.tiles = h('div', { class: 'tiles' });
    this.latencies = h('div', { class: 'tiles' });
    this.requests = h('div', { class: 'requests' });
    document.body.replaceChildren(
      h('header', { class: 'head' },
        logo(), h('h1', {}, t('serverStatus')), this.state, this.name, h('span', { class: 'fill' }),
        h('a', { class: 'button', href: './' }, t('toChat'))),
      h('main', {}, this.tiles, this.latencies,
        h('section', { class: 'panel', 'aria-label': t('lastRequests') }, h('h2', {}, t('lastRequests')), this.requests)));
    onPreferences((_, changes) => 'key' in changes && this.#showRequests());
    this.#loop();
  }

  async #loop() {
    if (!document.hidden) await this.#look();
    setTimeout(() => this.#loop(), interval);
  }

  async #look() {
    try {
      const all = samples(await metricsText(preferences().key));
      // Without metrics the model is still loading.
      this.#showState(all.length > 0 ? 'ready' : 'notReady');
      if (all.length === 0) return;
      this.name.textContent = all[0].labels.model_name ?? '';
      this.#note(all);
      this.#showTiles(all);
      if (this.#round % 2 === 0) {
        this.#showLatencies(all);
        await this.#showRequests();
      }
      this.#round += 1;
    } catch (error) {
      if (error instanceof TypeError) throw error;
      if (wantsKey(error)) {
        this.#showState('ready');
        this.#askForKey();
      } else {
        this.#showState('unreachable');
      }
    }
  }

  #showState(state) {
    this.state.textContent = t(state);
    this.state.dataset.state = state;
  }

  #note(all) {
    const value = (name) => total(all, name) ?? 0;
    this.#history.push({
      time: performance.now() / 1000,
      running: value('apus:num_requests_running'),
      waiting: value('apus:num_requests_waiting'),
      generated: value('apus:generation_tokens_total'),
      read: value('apus:prompt_tokens_total'),
      used: value('apus:kv_cache_used_blocks'),
      shared: value('apus:kv_cache_shared_blocks'),
      hits: value('apus:prefix_cache_hits_total'),
      queries: value('apus:prefix_cache_queries_total'),
    });
    if (this.#history.length > length) this.#history.shift();
  }

  /** What a counter grew by in a second, at each time. */
  #rates(name) {
    return this.#history.map((now, index) => {
      const before = this.#history[Math.max(0, index - window)];
      const seconds = now.time - before.time;
      return seconds > 0 ? Math.max(0, now[name] - before[name]) / seconds : null;
    });
  }

  #showTiles(all) {
    const now = this.#history.at(-1);
    const values = (name) => this.#history.map((entry) => entry[name]);
    const generated = this.#rates('generated');
    const read = this.#rates('read');
    const config = all.find((sample) => sample.name === 'apus:cache_config_info')?.labels ?? {};
    const blocks = Number(config.num_blocks ?? 0);
    const minute = this.#history[Math.max(0, this.#history.length - 61)];
    const [hits, queries] = now.queries > minute.queries
      ? [now.hits - minute.hits, now.queries - minute.queries] : [now.hits, now.queries];
    const finished = total(all, 'apus:request_success_total') ?? 0;
    const rejected = total(all, 'apus:admission_rejections_total') ?? 0;
    this.tiles.replaceChildren(
      tile('requests', number(now.running), t('running'),
        [t('waitingCount', { number: now.waiting }), t('finishedTotal', { number: finished }),
          rejected > 0 && t('rejectedTotal', { number: rejected })],
        this.#chart([values('running'), values('waiting')], 4)),
      tile('throughput', number(generated.at(-1) ?? 0), t('generated'), [t('promptRate', { rate: number(read.at(-1) ?? 0) })],
        this.#chart([generated, read], 10)),
      tile('cacheBlocks', percent(now.used, blocks), '',
        [t('blocksUsed', { used: now.used, all: blocks }), t('blocksShared', { number: now.shared })],
        this.#chart([values('used'), values('shared')], 8)),
      tile('hitRate', percent(hits, queries), t('hitRateText'),
        [t('hitRateTotal', { hits: now.hits, queries: now.queries })],
        this.#chart([this.#history.map((entry) => (entry.queries > 0 ? entry.hits / entry.queries : null))], 1)));
  }

  /** A line over the time that is remembered, a minute at least. */
  #chart(series, least) {
    return lineChart(series, Math.max(60, this.#history.length), least, t('lastMinutes'));
  }

  #showLatencies(all) {
    this.latencies.replaceChildren(...latencies.map(([title, name]) => {
      const buckets = histogram(all, name);
      const sum = buckets?.reduce((result, bucket) => result + bucket.count, 0) ?? 0;
      if (sum === 0) return h('section', { class: 'panel', 'aria-label': t(title) }, h('h2', {}, t(title)), h('p', { class: 'advice' }, t('noValues')));
      const half = seconds(quantile(buckets, 0.5));
      return h(
        'section', { class: 'panel', 'aria-label': t(title) }, h('h2', {}, t(title)),
        histogramChart(buckets, seconds, t('histogramLabel', { title: t(title), number: sum, half })),
        h('dl', { class: 'quantiles' }, [['half', 0.5], ['nearlyAll', 0.95], ['most', 0.99]].map(([key, share]) =>
          h('div', {}, h('dt', {}, t(key)), h('dd', {}, seconds(quantile(buckets, share)))))));
    }));
  }

  async #showRequests() {
    let list;
    try {
      list = await recentRequests(preferences().key);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (wantsKey(error)) this.#askForKey();
      return;
    }
    if (list.length === 0) {
      this.requests.replaceChildren(h('p', { class: 'advice' }, t('noRequests')));
      return;
    }
    const columns = ['ended', 'route', 'outcome', 'read', 'written', 'queueColumn', 'firstColumn', 'totalColumn', 'rateColumn'];
    this.requests.replaceChildren(h(
      'div', { class: 'table-box', tabindex: '0', role: 'group', 'aria-label': t('lastRequests') },
      h('table', {},
        h('thead', {}, h('tr', {}, columns.map((key, index) => h('th', { scope: 'col', class: index > 2 ? 'number' : null }, t(key))))),
        h('tbody', {}, list.map(requestRow)))));
  }

  #askForKey() {
    if (this.requests.querySelector('button')) return;
    this.requests.replaceChildren(
      h('p', { class: 'advice' }, t('keyForRequests')),
      h('button', { type: 'button', class: 'button', click: async () => {
        const key = await keyDialog(preferences().key);
        if (key !== null) setPreferences({ key });
      } }, icon('key'), t('enterKey')));
  }
}

/** Whether an error says that the key is missing, unknown, or for other things. */
function wantsKey(error) {
  return error instanceof ServerError && [401, 403].includes(error.status);
}

function tile(title, value, unit, notes, chart) {
  return h(
    'section', { class: 'panel tile', 'aria-label': t(title) }, h('h2', {}, t(title)),
    h('p', { class: 'value' }, h('strong', {}, value), unit ? ` ${unit}` : ''),
    h('p', { class: 'notes' }, notes.filter(Boolean).map((note) => h('span', {}, note))), chart);
}

function requestRow(request) {
  const { usage } = request;
  const isFine = request.status === 200;
  const outcome = isFine ? [...new Set(request.finish_reasons)].join(', ')
    : request.status === 499 ? t('leftEarly') : t('failed', { status: request.status });
  const cached = usage.prompt_tokens_details.cached_tokens;
  const thought = usage.completion_tokens_details.reasoning_tokens;
  const part = (count, key) => (count > 0 ? h('small', {}, t('ofThem', { number: count, what: t(key) })) : null);
  const rate = request.decode_seconds > 0 && usage.completion_tokens > 1
    ? (usage.completion_tokens - 1) / request.decode_seconds : null;
  const cell = (...content) => h('td', { class: 'number' }, content);
  return h(
    'tr', { class: isFine ? null : 'bad', title: request.id },
    h('td', {}, new Date(request.ended * 1000).toLocaleTimeString(language())),
    h('td', {}, request.object, request.stream ? h('small', {}, 'SSE') : null),
    h('td', {}, outcome),
    cell(number(usage.prompt_tokens), part(cached, 'cachedWord')),
    cell(number(usage.completion_tokens), part(thought, 'thoughtWord')),
    cell(seconds(request.queue_seconds)), cell(seconds(request.first_token_seconds)),
    cell(seconds(request.total_seconds)), cell(rate === null ? '–' : number(rate)));
}

function number(value) {
  return value.toLocaleString(language(), { maximumFractionDigits: value >= 100 || Number.isInteger(value) ? 0 : 1 });
}

function percent(part, whole) {
  const value = whole > 0 ? (100 * part) / whole : 0;
  return `${value.toLocaleString(language(), { maximumFractionDigits: value > 0 && value < 10 ? 1 : 0 })} %`;
}

function seconds(value) {
  if (value === null) return '–';
  if (value === 0) return '0';
  if (value < 1) {
    const thousandths = value * 1000;
    return `${thousandths < 10 ? Number(thousandths.toPrecision(2)) : Math.round(thousandths)} ms`;
  }
  return `${Number(value.toPrecision(value < 100 ? 2 : 3))} s`;
}

new Dashboard().start();
