// Small charts as SVG.

import { svg } from './dom.js';

const size = { width: 300, height: 64 };

/**
 * Lines over time that end at the right edge; the first one is filled.
 *
 * @param series lists of numbers, of which null is a gap.
 * @param length how many values the width stands for.
 * @param least what the top stands for at least.
 */
export function lineChart(series, length, least, label) {
  const top = Math.max(least, ...series.flat().filter((value) => value !== null)) * 1.08;
  const shapes = series.flatMap((values, index) => {
    const points = values.map((value, at) => (value === null ? null : [
      size.width * (1 - (values.length - 1 - at) / (length - 1)), size.height - 2 - (size.height - 6) * (value / top),
    ])).filter(Boolean);
    if (points.length < 2) return [];
    const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    const shape = svg('polyline', { points: line, class: `line line-${index}` });
    if (index > 0) return [shape];
    const area = `${points[0][0].toFixed(1)},${size.height} ${line} ${points.at(-1)[0].toFixed(1)},${size.height}`;
    return [svg('polygon', { points: area, class: 'area' }), shape];
  });
  return svg('svg', {
    class: 'chart', viewBox: `0 0 ${size.width} ${size.height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label,
  }, shapes);
}

/**
 * Bars of a histogram's buckets, from the first to the last that has something in it.
 *
 * @param format the text of a bound.
 */
export function histogramChart(buckets, format, label) {
  const filled = buckets.map((bucket, index) => (bucket.count > 0 ? index : -1)).filter((index) => index >= 0);
  const shown = buckets.slice(Math.max(0, filled[0] - 1), filled.at(-1) + 2);
  const most = Math.max(...shown.map((bucket) => bucket.count));
  const height = 92;
  const width = size.width / shown.length;
  const bars = shown.map(({ bound, count }, index) => {
    const length = count > 0 ? Math.max(2, (height - 8) * (count / most)) : 0;
    return svg(
      'rect', { x: (index * width + 1.5).toFixed(1), y: (height - length).toFixed(1), width: Math.max(1, width - 3).toFixed(1),
        height: length.toFixed(1), rx: '2', class: 'bar' },
      svg('title', {}, `≤ ${bound === Infinity ? '∞' : format(bound)}: ${count}`));
  });
  // As many bounds as can be told apart stand below, at the right edge of their bars.
  const step = Math.ceil(shown.length / 6);
  const marks = shown.map(({ bound }, index) => (bound === Infinity || (shown.length - 1 - index) % step !== 0 || index === 0 ? null
    : svg('text', { x: ((index + 1) * width - 1).toFixed(1), y: height + 15, 'text-anchor': 'end', class: 'mark' }, format(bound))));
  return svg('svg', { class: 'histogram', viewBox: `0 0 ${size.width} ${height + 19}`, role: 'img', 'aria-label': label },
    svg('line', { x1: 0, x2: size.width, y1: height + 0.5, y2: height + 0.5, class: 'axis' }), bars, marks);
}
