// One answer while it comes.

import { LostServer, ServerError, endReasoning, metricsText, streamChat } from './api.js';
import { requestMessages } from './conversation.js';
import { samples } from './prometheus.js';

/** Milliseconds between looks at the queue, and between saves of an unfinished answer. */
const interval = { queue: 1000, save: 1500 };

/** Whether the server takes orders to end a chain of thought; false once it has said that it does not. */
let canEndThinking = true;

/**
 * Fills an assistant's message from the server. `phase` is `waiting`, `reading`, `thinking`, `answering` or `ended`.
 */
export class Generation {
  phase = 'waiting';
  /** Requests before this one, as far as can be known; null: unknown. */
  queued = null;
  /** Prompt tokens that were read, and their number. */
  progress = null;
  #controller = new AbortController();
  #id = null;
  #start = performance.now();
  #firstToken = null;
  #lastToken = null;
  #thinkingStart = null;
  #thoughtBefore = 0;
  #pieces = 0;
  #saved = 0;
  #queueTimer = null;
  #usage = null;
  #timings = null;
  #before = null;

  /**
   * @param settings the preferences to ask with.
   * @param listener is told of each change.
   * @param save keeps the message as it is.
   */
  constructor(conversation, message, settings, { isContinuation = false, listener, save }) {
    this.conversation = conversation;
    this.message = message;
    this.listener = listener;
    this.save = save;
    this.key = settings.key;
    this.isContinuation = isContinuation;
    this.#thoughtBefore = message.thinkingSeconds ?? 0;
    this.#before = message.figures ?? null;
    this.body = requestBody(conversation, message, settings, isContinuation);
  }

  /** Seconds of thought so far. */
  get thinkingSeconds() {
    if (this.#thinkingStart === null) return this.#thoughtBefore;
    return this.#thoughtBefore + (performance.now() - this.#thinkingStart) / 1000;
  }

  /** Pieces of text a second, which are nearly tokens; null before there are enough. */
  get liveRate() {
    const seconds = (this.#lastToken - this.#firstToken) / 1000;
    return this.#pieces > 4 && seconds > 0.3 ? (this.#pieces - 1) / seconds : null;
  }

  get mayEndThinking() {
    return this.phase === 'thinking' && canEndThinking && this.#id !== null;
  }

  /** Runs to the end; failures are noted in the message. */
  async run() {
    const { message } = this;
    message.finish = 'interrupted';
    message.error = null;
    this.save();
    this.#watchQueue();
    try {
      for await (const chunk of streamChat(this.body, this.key, this.#controller.signal)) this.#take(chunk);
      if (message.finish === 'interrupted') message.finish = 'stop';
    } catch (error) {
      this.#fail(error);
    }
    clearTimeout(this.#queueTimer);
    this.#endThought();
    this.phase = 'ended';
    this.#note();
    this.save();
    this.listener();
  }

  stop() {
    this.#controller.abort();
  }

  /** Ends the chain of thought; the answer follows in the same stream. */
  async endThinking() {
    canEndThinking = await endReasoning(this.#id, this.key);
    this.listener();
  }

  #take(chunk) {
    const { message } = this;
    if (chunk.id) this.#id = chunk.id;
    if (chunk.model) message.model = chunk.model;
    if (chunk.prompt_progress) {
      const { processed, total } = chunk.prompt_progress;
      this.phase = 'reading';
      this.progress = { done: processed, total };
    }
    const choice = chunk.choices?.[0];
    const reasoning = choice?.delta?.reasoning_content ?? choice?.delta?.reasoning;
    const text = choice?.delta?.content;
    if (reasoning || text) {
      this.#lastToken = performance.now();
      this.#firstToken ??= this.#lastToken;
      this.#pieces += 1;
    }
    if (reasoning) {
      this.#thinkingStart ??= performance.now();
      this.phase = 'thinking';
      message.reasoning = (message.reasoning ?? '') + reasoning;
    }
    if (text) {
      this.#endThought();
      this.phase = 'answering';
      // R1 begins its answers with empty lines.
      message.text = message.text ? message.text + text : text.trimStart();
    }
    if (choice?.finish_reason) {
      message.finish = choice.stop_reason === 'repetition' ? 'repetition' : choice.finish_reason;
    }
    if (chunk.usage) this.#usage = chunk.usage;
    if (chunk.timings) this.#timings = chunk.timings;
    if (performance.now() - this.#saved > interval.save) {
      this.#saved = performance.now();
      this.save();
    }
    this.listener();
  }

  #endThought() {
    if (this.#thinkingStart === null) return;
    this.message.thinkingSeconds = this.thinkingSeconds;
    this.#thoughtBefore = this.message.thinkingSeconds;
    this.#thinkingStart = null;
  }

  /** What the answer took: by the server's count, and by the page's where it was stopped before the count came. */
  #note() {
    if (this.#firstToken === null) return;
    const usage = this.#usage;
    const seconds = (this.#lastToken - this.#firstToken) / 1000;
    const tokens = usage?.completion_tokens ?? this.#pieces;
    const before = this.isContinuation ? this.#before : null;
    this.message.figures = {
      promptTokens: usage?.prompt_tokens,
      cachedTokens: usage?.prompt_tokens_details?.cached_tokens,
      completionTokens: tokens + (before?.completionTokens ?? 0),
      reasoningTokens: usage && (usage.completion_tokens_details?.reasoning_tokens ?? 0) + (before?.reasoningTokens ?? 0),
      firstToken: (this.#firstToken - this.#start) / 1000,
      rate: this.#timings?.predicted_per_second ?? (seconds > 0 && tokens > 1 ? (tokens - 1) / seconds : undefined),
    };
  }

  #fail(error) {
    const { message } = this;
    const hasText = this.#firstToken !== null;
    if (error.name === 'AbortError') {
      message.finish = 'stopped';
    } else if (error instanceof LostServer) {
      message.finish = 'error';
      message.error = { kind: hasText ? 'cut' : 'lost' };
    } else if (error instanceof ServerError) {
      message.finish = 'error';
      message.error = { kind: errorKind(error), text: error.message };
      this.retryAfter = error.retryAfter;
    } else {
      message.finish = 'error';
      message.error = { kind: 'server', text: error.message };
    }
  }

  /** The queue is first come, first served: no more are before this request than wait at any later time. */
  #watchQueue() {
    this.#queueTimer = setTimeout(async () => {
      if (this.phase !== 'waiting') return;
      try {
        const waiting = samples(await metricsText(this.key)).find((sample) => sample.name === 'apus:num_requests_waiting');
        if (waiting) {
          const others = Math.max(0, waiting.value - 1);
          this.queued = Math.min(this.queued ?? others, others);
          this.listener();
        }
      } catch {
        // What the server does not tell is not shown.
      }
      this.#watchQueue();
    }, interval.queue);
  }
}

function requestBody(conversation, message, settings, isContinuation) {
  const body = {
    messages: requestMessages(conversation, message.parent, settings.system),
    thinking: { type: message.think ? 'enabled' : 'disabled' },
  };
  if (isContinuation) {
    // Where the answer has begun, its chain of thought goes with it; else it is left open, to go on itself.
    body.messages.push(message.text
      ? { role: 'assistant', content: message.text, reasoning_content: message.reasoning }
      : { role: 'assistant', content: `<think>\n${message.reasoning}` });
    body.continue_final_message = true;
    body.add_generation_prompt = false;
  }
  if (settings.model) body.model = settings.model;
  const numbers = {
    temperature: settings.temperature, top_p: settings.topP, max_tokens: settings.maxTokens, seed: settings.seed,
    thinking_token_budget: message.think ? settings.thinkingBudget : '',
  };
  for (const [name, value] of Object.entries(numbers)) if (value !== '') body[name] = Number(value);
  return body;
}

function errorKind(error) {
  if (error.status === 401 || error.status === 403) return 'key';
  if (error.status === 429) return 'busy';
  if (error.status === 503) return 'loading';
  if (error.code === 'context_length_exceeded') return 'context';
  return error.status < 500 ? 'refused' : 'server';
}
