// Prometheus' text format.

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a text: `name`, `labels` and `value`. */
export function samples(text) {
  const found = [];
  for (const row of text.split('\n')) {
    const match = row.startsWith('#') ? null : line.exec(row);
    if (!match) continue;
    const labels = {};
    for (const [, name, value] of (match[2] ?? '').matchAll(label)) {
      labels[name] = value.replace(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter));
    }
    found.push({ name: match[1], labels, value: match[3] === '+Inf' ? Infinity : Number(match[3]) });
  }
  return found;
}

/** The sum of a metric's samples, over those whose labels agree; null if there is none. */
export function total(all, name, labels = {}) {
  const fitting = all.filter((sample) => sample.name === name
    && Object.entries(labels).every(([key, value]) => sample.labels[key] === value));
  return fitting.length > 0 ? fitting.reduce((sum, sample) => sum + sample.value, 0) : null;
}

/** A histogram's buckets, ascending: `bound` and how many are in the bucket alone; null if there is none. */
export function histogram(all, name) {
  const sums = new Map();
  for (const sample of all) {
    if (sample.name !== `${name}_bucket`) continue;
    const bound = sample.labels.le === '+Inf' ? Infinity : Number(sample.labels.le);
    sums.set(bound, (sums.get(bound) ?? 0) + sample.value);
  }
  if (sums.size === 0) return null;
  const bounds = [...sums.keys()].sort((one, other) => one - other);
  return bounds.map((bound, index) => ({ bound, count: sums.get(bound) - (index > 0 ? sums.get(bounds[index - 1]) : 0) }));
}

/** The value below which a share of a histogram lies, interpolated; null for an empty one. */
export function quantile(buckets, share) {
  const number = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  if (number === 0) return null;
  let rest = share * number;
  let low = 0;
  for (const { bound, count } of buckets) {
    if (rest <= count && count > 0) return bound === Infinity ? low : low + (bound - low) * (rest / count);
    rest -= count;
    low = bound;
  }
  return low;
}
