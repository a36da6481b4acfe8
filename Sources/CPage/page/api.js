// The server's API, always at the page's own origin.

/** A failure that the server answered with. */
export class ServerError extends Error {
  constructor(status, { message, code, param } = {}, retryAfter = null) {
    super(message || `HTTP ${status}`);
    this.status = status;
    this.code = code ?? null;
    this.param = param ?? null;
    /** Seconds after which the same request may succeed; null: not told. */
    this.retryAfter = retryAfter;
  }
}

/** The server did not answer, or fell silent in the middle. */
export class LostServer extends Error {}

/** The names of the served models with their context lengths. */
export async function models(key) {
  const response = await send('v1/models', { headers: headers(key) });
  return (await response.json()).data.map((model) => ({ id: model.id, contextLength: model.max_model_len ?? null }));
}

/** Whether the server can be reached and is ready. */
export async function isHealthy() {
  try {
    return (await fetch('health', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

/** The chunks of a streamed chat completion, parsed. */
export async function* streamChat(body, key, signal) {
  const response = await send('v1/chat/completions', {
    method: 'POST', signal, headers: { 'Content-Type': 'application/json', ...headers(key) },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true }, return_progress: true }),
  });
  for await (const data of events(response.body)) {
    if (data === '[DONE]') return;
    const chunk = JSON.parse(data);
    if (chunk.error) throw new ServerError(chunk.error.status ?? 500, chunk.error);
    yield chunk;
  }
  throw new LostServer('the stream ended before its end');
}

/** Ends a running answer's chain of thought. Resolves to false where the server cannot. */
export async function endReasoning(id, key) {
  try {
    await send('v1/chat/completions/control', {
      method: 'POST', headers: { 'Content-Type': 'application/json', ...headers(key) },
      body: JSON.stringify({ id, action: 'reasoning_end' }),
    });
    return true;
  } catch (error) {
    if (error instanceof ServerError && [404, 405, 501].includes(error.status)) return false;
    throw error;
  }
}

/** The text of /metrics. */
export async function metricsText(key) {
  return (await send('metrics', { cache: 'no-store', headers: headers(key) })).text();
}

/** The requests that ended last, the latest first. */
export async function recentRequests(key) {
  return (await (await send('v1/requests', { cache: 'no-store', headers: headers(key) })).json()).data;
}

function headers(key) {
  return key ? { Authorization: `Bearer ${key}` } : {};
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: 'omit', referrerPolicy: 'no-referrer', ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new LostServer(error.message);
  }
  if (response.ok) return response;
  const details = await response.json().then((body) => body.error, () => undefined);
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  throw new ServerError(response.status, details, Number.isNaN(seconds) ? null : seconds);
}

/** The data of server-sent events; several data lines are joined, comments and other fields left out. */
export async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let data = [];
  try {
    while (true) {
      const { done, value } = await reader.read().catch((error) => {
        if (error.name === 'AbortError') throw error;
        throw new LostServer(error.message);
      });
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
        if (line === '' && data.length > 0) {
          yield data.join('\n');
          data = [];
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
