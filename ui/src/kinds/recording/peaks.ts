/** The shape of a recording: how loud it is from moment to moment. Pure. */

/** The loudest of each of `count` equal parts, as a share of the loudest of all; 0 where there is silence. */
export function peaksOf(samples: Float32Array, count: number): number[] {
  const peaks = Array.from({ length: count }, (_, part) => {
    let most = 0;
    const end = Math.floor(((part + 1) * samples.length) / count);
    for (let at = Math.floor((part * samples.length) / count); at < end; at += 1)
      most = Math.max(most, Math.abs(samples[at] ?? 0));
    return most;
  });
  const loudest = Math.max(...peaks);
  return loudest > 0 ? peaks.map((peak) => peak / loudest) : peaks;
}

/** Bars from a middle line, as an SVG path in a box of one unit for each bar and two units high. */
export const barsOf = (peaks: number[]): string =>
  peaks.map((peak, at) => `M${at + 0.5} ${1 - Math.max(0.03, peak)}v${2 * Math.max(0.03, peak)}`).join('');

/** Seconds as a clock shows them: 1:05, 1:02:05; tenths where they are asked for. */
export function clock(seconds: number, { tenths = false } = {}): string {
  const whole = tenths ? Math.floor(seconds * 10) / 10 : Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const rest = (whole % 60).toFixed(tenths ? 1 : 0).padStart(tenths ? 4 : 2, '0');
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
